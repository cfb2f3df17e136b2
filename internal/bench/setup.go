package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/posthorn/posthorn/internal/bench/sink"
)

// furnish creates an application with n endpoints on the sink and returns its id.
func (l *lab) furnish(ctx context.Context, server *subject, s *sink.Sink, n int) (string, error) {
	api := newAPI(server)
	defer api.client.CloseIdleConnections()
	app, err := api.create(ctx, "/api/v1/app", map[string]any{"name": "Benchmark"})
	if err != nil {
		return "", fmt.Errorf("create the application: %w", err)
	}
	secret := "whsec_" + base64.StdEncoding.EncodeToString(l.secret)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := range n {
		group.Go(func() error {
			_, err := api.create(ctx, "/api/v1/app/"+app+"/endpoint", map[string]any{
				"url": s.URL(i), "description": "benchmark sink " + strconv.Itoa(i), "secret": secret,
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return "", fmt.Errorf("create the endpoints: %w", err)
	}
	return app, nil
}

// api is the little of the API that the benchmark needs besides publishing.
type api struct {
	server *subject
	client *http.Client
}

// newAPI returns a client of server.
func newAPI(server *subject) *api {
	return &api{server: server, client: &http.Client{
		Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16},
	}}
}

// create posts v and returns the id of what was made.
func (a *api) create(ctx context.Context, path string, v any) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.server.base+path, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+a.server.token)
	answer, err := a.client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return "", err
	}
	var out struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(text, &out); err != nil || answer.StatusCode >= 300 || out.ID == "" {
		return "", fmt.Errorf("the server answered with status %d: %.300s", answer.StatusCode, text)
	}
	return out.ID, nil
}
