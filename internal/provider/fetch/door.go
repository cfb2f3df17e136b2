package fetch

import (
	"context"
	"io"
	"net/http"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/egress"
)

// Guarded returns the door of package egress: public addresses only, whatever their names resolve to, and no proxy.
func Guarded(c clock.Clock) Door {
	const idle = 4
	return guarded{egress.New(egress.Config{Clock: c, KeepBody: maxDocument + 1, MaxIdle: idle, MaxIdlePerHost: 1})}
}

type guarded struct{ client *egress.Client }

// Get implements Door.
func (g guarded) Get(ctx context.Context, address string, _ int) (int, []byte, error) {
	target, _, err := g.client.Policy().CheckURL(address)
	if err != nil {
		return 0, nil, err
	}
	answer := g.client.Do(ctx, egress.Request{Method: http.MethodGet, Target: target})
	return answer.Status, answer.Body, answer.Cause
}

// Doer sends a request. *http.Client is one; it must not follow redirects.
type Doer interface {
	Do(r *http.Request) (*http.Response, error)
}

// Through returns a door that goes through a client of the caller's.
func Through(d Doer) Door { return through{d} }

type through struct{ client Doer }

// Get implements Door.
func (t through) Get(ctx context.Context, address string, limit int) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}
	answer, err := t.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, int64(limit)+1))
	return answer.StatusCode, body, err
}
