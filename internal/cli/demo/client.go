package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/bench/remote"
	"github.com/posthorn/posthorn/internal/fault"
)

// setup is what was made for the webhook.
type setup struct{ application, endpoint, secret string }

func newToken() string { return "ph_" + rand.Text() + rand.Text() }

func prepare(ctx context.Context, c *remote.Client, url string) (s setup, err error) {
	if s.application, err = c.Create(ctx, "/app", map[string]any{"name": "Demo"}); err != nil {
		return s, err
	}
	if s.endpoint, s.secret, err = connect(ctx, c, s.application, url); err != nil {
		remove(ctx, c, s.application)
	}
	return s, err
}

// connect creates an endpoint and returns its id and its secret.
func connect(ctx context.Context, c *remote.Client, application, url string) (endpoint, secret string, err error) {
	endpoint, err = c.Create(ctx, "/app/"+application+"/endpoint", map[string]any{"url": url})
	if problem := (*fault.Error)(nil); errors.As(err, &problem) && problem.Code == remote.EndpointRefused {
		return "", "", fault.New(problem.Kind, problem.Code, "The server does not send to this machine: start it with --allow-networks 127.0.0.0/8 "+
			"(POSTHORN_ALLOW_NETWORKS), or run `posthorn demo` without --url.").Because(problem)
	}
	if err != nil {
		return "", "", err
	}
	var made struct {
		Key string `json:"key"`
	}
	err = c.Call(ctx, http.MethodGet, "/app/"+application+"/endpoint/"+endpoint+"/secret", nil, &made)
	return endpoint, made.Key, err
}

func publish(ctx context.Context, c *remote.Client, application string) (string, error) {
	return c.Create(ctx, "/app/"+application+"/msg", map[string]any{"eventType": eventType, "payload": json.RawMessage(greeting)})
}

// remove cleans up as well as it can, also when the demonstration was interrupted.
func remove(ctx context.Context, c *remote.Client, application string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = c.Call(ctx, http.MethodDelete, "/app/"+application, nil, nil) // a leftover does no harm
}
