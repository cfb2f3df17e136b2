package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
)

// client speaks to the server.
type client struct{ base, token string }

// setup is what was made for the webhook.
type setup struct{ application, endpoint, secret string }

func newToken() string { return "ph_" + rand.Text() + rand.Text() }

func prepare(ctx context.Context, c client, url string) (s setup, err error) {
	var made struct{ ID, Key string }
	if err = c.call(ctx, http.MethodPost, "/app", map[string]any{"name": "Demo"}, &made); err != nil {
		return s, err
	}
	s.application = made.ID
	if err = c.call(ctx, http.MethodPost, "/app/"+s.application+"/endpoint", map[string]any{"url": url}, &made); err != nil {
		c.remove(context.WithoutCancel(ctx), s.application)
		return s, err
	}
	s.endpoint = made.ID
	err = c.call(ctx, http.MethodGet, "/app/"+s.application+"/endpoint/"+s.endpoint+"/secret", nil, &made)
	s.secret = made.Key
	return s, err
}

func (c client) publish(ctx context.Context, application string) (string, error) {
	var made struct{ ID string }
	message := map[string]any{"eventType": eventType, "payload": json.RawMessage(greeting)}
	err := c.call(ctx, http.MethodPost, "/app/"+application+"/msg", message, &made)
	return made.ID, err
}

// remove cleans up as well as it can.
func (c client) remove(ctx context.Context, application string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_ = c.call(ctx, http.MethodDelete, "/app/"+application, nil, nil) // a leftover does no harm
}

// call makes one request and reads its answer into out.
func (c client) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if in == nil {
		body = nil
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(c.base, "/")+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return fault.In("url", "bad_url", "Give the server as http://host:port.").Because(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return fault.New(fault.Unavailable, "no_server", "No server answers at %s: start `posthorn serve`, or correct --url.", c.base).Because(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("read the answer of the server: %w", err)
	}
	if response.StatusCode >= 300 {
		return refusal(response.StatusCode, path, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func refusal(status int, path string, answer []byte) error {
	switch {
	case status == http.StatusUnauthorized:
		return fault.New(fault.Unauthenticated, "bad_token", "The server does not know the token; set POSTHORN_ADMIN_TOKEN to its admin token.")
	case status == http.StatusForbidden:
		return fault.New(fault.Forbidden, "weak_token", "The token does not reach that far; set POSTHORN_ADMIN_TOKEN to a server token.")
	case status == http.StatusUnprocessableEntity && strings.HasSuffix(path, "/endpoint"):
		return fault.New(fault.Invalid, "loopback_refused", "The server does not send to this machine: start it with "+
			"--allow-networks 127.0.0.0/8, or run `posthorn demo` without --url.")
	}
	return fault.New(fault.Unavailable, "refused", "The server answered %d: %s", status, bytes.TrimSpace(answer))
}
