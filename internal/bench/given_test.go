package bench_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/bench"
	"github.com/posthorn/posthorn/internal/fault"
)

// given is a run against a server that is there already.
func given(t *testing.T, f *fake) bench.Config {
	t.Helper()
	server := httptest.NewServer(f.handler())
	t.Cleanup(server.Close)
	c := small()
	c.BaseURL, c.Token, c.NoForwarder, c.Quiet = server.URL, f.token, true, 300*time.Millisecond
	return c
}

func TestNothingIsLeftOnARunningServer(t *testing.T) {
	t.Parallel()
	clean, kept := newFake("x"), newFake("x")
	keeping := given(t, kept)
	keeping.Keep = true

	report, err := bench.Run(t.Context(), given(t, clean), quietly())
	_, other := bench.Run(t.Context(), keeping, quietly())

	if err != nil || other != nil {
		t.Fatalf("errors %v and %v", err, other)
	}
	if !slices.Equal(clean.deleted, []string{report.Server.Application}) || kept.deleted != nil {
		t.Errorf("deleted %v, and %v where it should be kept", clean.deleted, kept.deleted)
	}
}

func TestApplicationStaysIfItsAttemptsAreNeededToFindALoss(t *testing.T) {
	t.Parallel()
	f := newFake("x")
	f.lose = 100

	report, err := bench.Run(t.Context(), given(t, f), quietly())

	if fault.CodeOf(err) != "messages_lost" || !strings.Contains(err.Error(), report.Server.Application) || f.deleted != nil {
		t.Errorf("error %v, deleted %v", err, f.deleted)
	}
}

func TestServerThatDoesNotSendHereSaysHowToLetIt(t *testing.T) {
	t.Parallel()
	f := newFake("x")
	f.walled = true

	_, err := bench.Run(t.Context(), given(t, f), quietly())

	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "POSTHORN_ALLOW_NETWORKS=127.0.0.0/8") {
		t.Errorf("error %v", err)
	}
	if len(f.deleted) != 1 {
		t.Errorf("deleted %v", f.deleted)
	}
}
