package fetch_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider/fetch"
)

// slow answers when it is told to, or when its time is up.
type slow struct {
	calls  int
	answer chan struct{}
}

func (d *slow) Get(ctx context.Context, _ string, _ int) (int, []byte, error) {
	d.calls++
	select {
	case <-d.answer:
		return http.StatusOK, []byte("{}"), nil
	case <-ctx.Done():
		return 0, nil, ctx.Err()
	}
}

// asked starts n fetches under a context, and returns where their errors arrive.
func asked(ctx context.Context, s *fetch.Source, n int) <-chan error {
	failures := make(chan error, n)
	for range n {
		go func() {
			_, err := s.Fetch(ctx, address, hosts())
			failures <- err
		}()
	}
	return failures
}

func TestThoseWhoAskAtOnceShareOneRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &slow{answer: make(chan struct{})}
		failures := asked(t.Context(), fetch.New(d, clock.Clock{}), 10)
		synctest.Wait()

		close(d.answer)

		for range 10 {
			if err := <-failures; err != nil {
				t.Error(err)
			}
		}
		if d.calls != 1 {
			t.Errorf("%d calls", d.calls)
		}
	})
}

// The first leaves; the request goes on for the second.
func TestWhoeverLeavesTakesNothingFromTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &slow{answer: make(chan struct{})}
		s := fetch.New(d, clock.Clock{})
		ctx, leave := context.WithCancel(t.Context())
		first := asked(ctx, s, 1)
		synctest.Wait()
		second := asked(t.Context(), s, 1)
		synctest.Wait()

		leave()
		left := <-first
		close(d.answer)

		if fault.KindOf(left) != fault.Unavailable {
			t.Errorf("who left got %v", left)
		}
		if err := <-second; err != nil || d.calls != 1 {
			t.Errorf("%d calls, %v", d.calls, err)
		}
	})
}

func TestSharedRequestEndsByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, start := &slow{}, time.Now()
		failures := asked(t.Context(), fetch.New(d, clock.Clock{}), 3)

		for range 3 {
			if err := <-failures; fault.CodeOf(err) != "not_fetched" {
				t.Error(err)
			}
		}

		if took := time.Since(start); took != 5*time.Second || d.calls != 1 {
			t.Errorf("%d calls, %s", d.calls, took)
		}
	})
}
