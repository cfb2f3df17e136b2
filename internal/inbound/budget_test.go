package inbound_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/inbound"
	"github.com/posthorn/posthorn/internal/membudget"
	"github.com/posthorn/posthorn/internal/receive"
)

// slowStore keeps whoever stores a webhook waiting until it is let go.
type slowStore struct {
	inbound.Receiver
	arrived, goOn chan struct{}
}

func (s slowStore) Receive(ctx context.Context, d *receive.Door, r *receive.Request) (receive.Answer, error) {
	if len(r.Body) > 1<<10 {
		s.arrived <- struct{}{}
		<-s.goOn
	}
	return s.Receiver.Receive(ctx, d, r)
}

func TestBodiesOfAllConnectionsShareOneBudget(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	slow := slowStore{e.service, make(chan struct{}), make(chan struct{})}
	e.url = serve(t, inbound.Handler{Receiver: slow, PublicURL: "https://hooks.example.com", Budget: membudget.New(150 << 10)})
	s, address := e.source(t, catalog.NewSource{Provider: "none"})
	send := func(size int) (said, string) {
		return do(t, request(t, http.MethodPost, address, strings.Repeat("x", size)))
	}
	var first sync.WaitGroup
	first.Go(func() {
		if held, _ := send(100 << 10); held.status != http.StatusOK {
			t.Errorf("the first was answered %d", held.status)
		}
	})
	<-slow.arrived

	crowded, why := send(100 << 10)
	short, _ := send(1 << 10)
	close(slow.goOn)
	first.Wait()
	go func() { <-slow.arrived }()
	after, _ := send(100 << 10)

	if crowded.status != http.StatusServiceUnavailable || crowded.header.Get("Retry-After") == "" || !strings.Contains(why, `"busy"`) {
		t.Errorf("the second was answered %+v %s", crowded, why)
	}
	if short.status != http.StatusOK || after.status != http.StatusOK {
		t.Errorf("answered %d and %d", short.status, after.status)
	}
	if n := len(e.received(t, s)); n != 3 {
		t.Errorf("%d are stored", n)
	}
}
