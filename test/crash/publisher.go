package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// publisher is one client that publishes as a careful one does: it repeats every request that it has
// no answer for, under the same key and with the same body.
type publisher struct {
	servers []*api
	turn    int // whose it is, counted over all turns
	record  *recorder
	apps    []application
	rand    *rand.Rand
	number  int
	count   int
	gap     time.Duration // between two messages; zero is none
}

// application is one tenant and its share of the messages.
type application struct {
	id     string
	weight int
}

// run publishes until stop is closed.
func (p *publisher) run(ctx context.Context, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		if err := p.publish(ctx, stop); err != nil {
			return err
		}
		p.pause(stop, p.gap)
	}
}

// publish sends one message until it is acknowledged, and now and then once more, which must give the
// same answer.
func (p *publisher) publish(ctx context.Context, stop <-chan struct{}) error {
	app := p.choose()
	p.count++
	key := fmt.Sprintf("key-%d-%d", p.number, p.count)
	body := p.body(key)
	for {
		done, err := p.try(ctx, app, key, body)
		if err != nil {
			return err
		}
		if done && p.rand.IntN(100) >= 3 {
			return nil
		}
		if !p.pause(stop, time.Duration(10+p.rand.IntN(60))*time.Millisecond) {
			return nil
		}
	}
}

// try sends one request. Three in a hundred are given up after a few milliseconds, so that the server
// is left with requests whose client has gone.
func (p *publisher) try(ctx context.Context, app, key string, body []byte) (done bool, err error) {
	timeout := 5 * time.Second
	if p.rand.IntN(100) < 3 {
		timeout = time.Duration(1+p.rand.IntN(5)) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	seen := Publish{App: app, Key: key, Sent: p.record.elapsed()}
	var out struct {
		ID string `json:"id"`
	}
	status, text, problem := p.servers[p.turn%len(p.servers)].do(ctx, http.MethodPost, "/api/v1/app/"+app+"/msg", body, key)
	if problem == nil && status < 300 {
		problem = json.Unmarshal(text, &out)
	}
	seen.Answered, seen.Status, seen.Message = p.record.elapsed(), status, out.ID
	if problem != nil {
		seen.Status, seen.Problem = 0, problem.Error()
	}
	p.record.published(seen)
	if seen.Status == 0 || seen.Status >= http.StatusInternalServerError {
		p.turn++ // perhaps another server answers
	}
	if mistaken(seen.Status) {
		return false, fmt.Errorf("a publish was answered with status %d: %.300s", status, text)
	}
	return seen.Acknowledged(), nil
}

// mistaken says whether a status means that the driver itself is wrong. A conflict is none: the first
// request under the key may still be under way.
func mistaken(status int) bool {
	return status >= 300 && status < 500 && status != http.StatusConflict && status != http.StatusTooManyRequests
}

// body returns a publish whose payload repeats the key, so that receivers and lists show it.
func (p *publisher) body(key string) []byte {
	text := strings.Repeat("x", p.rand.IntN(1500))
	return fmt.Appendf(nil, `{"eventType":"crash.test","payload":{"key":%q,"text":%q}}`, key, text)
}

// choose picks an application by weight.
func (p *publisher) choose() string {
	total := 0
	for _, a := range p.apps {
		total += a.weight
	}
	n := p.rand.IntN(total)
	for _, a := range p.apps {
		if n -= a.weight; n < 0 {
			return a.id
		}
	}
	return p.apps[0].id
}

// pause waits; it returns false if the run is stopped meanwhile.
func (p *publisher) pause(stop <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-stop:
		return false
	}
}

// api is a client of the server that survives its ends.
type api struct {
	base, token string
	client      *http.Client
}

// do sends one request and reads the whole answer.
func (a *api) do(ctx context.Context, method, path string, body []byte, key string) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	answer, err := a.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 32<<20))
	return answer.StatusCode, text, errors.Join(err, answer.Body.Close())
}

// get reads v from path.
func (a *api) get(ctx context.Context, path string, v any) error {
	return a.call(ctx, http.MethodGet, path, nil, v)
}

// call sends body, if it is not nil, and decodes the answer into v.
func (a *api) call(ctx context.Context, method, path string, body, v any) error {
	var encoded []byte
	if body != nil {
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			return err
		}
	}
	status, text, err := a.do(ctx, method, path, encoded, "")
	if err != nil {
		return err
	}
	if status >= 300 {
		return fmt.Errorf("%s %s: status %d: %.300s", method, path, status, text)
	}
	return json.Unmarshal(text, v)
}
