package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider/fetch"
)

const address = "https://keys.example.com/set.json"

func hosts() []string { return []string{"keys.example.com"} }

// door answers everything in one way and counts.
type door struct {
	status, calls int
	body          string
	err           error
}

func (d *door) Get(ctx context.Context, _ string, limit int) (int, []byte, error) {
	d.calls++
	if _, bounded := ctx.Deadline(); !bounded {
		return 0, nil, errors.New("no deadline")
	}
	return d.status, []byte(d.body[:min(len(d.body), limit+1)]), d.err
}

func TestDocumentIsKeptForAWhile(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	d := &door{status: http.StatusOK, body: "{}"}
	s := fetch.New(d, clock.Func(func() time.Time { return now }))

	for _, wait := range []time.Duration{0, time.Minute, 8 * time.Minute, 2 * time.Minute} {
		now = now.Add(wait)
		if text, err := s.Fetch(t.Context(), address, hosts()); err != nil || string(text) != "{}" {
			t.Fatalf("%s %v", text, err)
		}
	}

	if d.calls != 2 {
		t.Errorf("%d calls", d.calls)
	}
}

func TestWhatIsNotTheDocumentIsAFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		door    *door
		address string
		code    string
	}{
		"a foreign host": {&door{status: 200}, "https://evil.example/", "foreign_host"},
		"plain http":     {&door{status: 200}, "http://keys.example.com/", "foreign_host"},
		"a redirect":     {&door{status: 302}, address, "not_fetched"},
		"too much":       {&door{status: 200, body: strings.Repeat("x", 1<<20)}, address, "not_fetched"},
		"nothing":        {&door{status: 200}, address, "not_fetched"},
		"a failure":      {&door{err: io.ErrUnexpectedEOF}, address, "not_fetched"},
	} {
		_, err := fetch.New(c.door, clock.Clock{}).Fetch(t.Context(), c.address, hosts())
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: got %v", name, err)
		}
		if c.code == "foreign_host" && c.door.calls != 0 {
			t.Errorf("%s was asked", name)
		}
	}
}

func TestForgersCannotMakeItAskWithoutEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	d := &door{status: http.StatusNotFound}
	s := fetch.New(d, clock.Func(func() time.Time { return now }))

	for range 1000 {
		if err := s.Visit(t.Context(), address, hosts()); err == nil {
			t.Fatal("a page that is not there was visited")
		}
	}

	if d.calls > 50 {
		t.Errorf("%d calls", d.calls)
	}
}

// tripper is the network of a client.
type tripper struct{}

func (tripper) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(endless{})}, nil
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestClientOfTheCallerIsReadToTheLimitOnly(t *testing.T) {
	t.Parallel()

	status, body, err := fetch.Through(tripper{}).Get(t.Context(), address, 10)

	if status != http.StatusOK || len(body) != 11 || err != nil {
		t.Errorf("%d, %d bytes, %v", status, len(body), err)
	}
}

func TestGuardedDoorReachesNothingOfOurs(t *testing.T) {
	t.Parallel()
	for _, inside := range []string{"https://127.0.0.1/", "https://169.254.169.254/", "https://localhost/"} {
		if _, body, err := fetch.Guarded(clock.Clock{}).Get(t.Context(), inside, 10); err == nil || body != nil {
			t.Errorf("%s was asked", inside)
		}
	}
}
