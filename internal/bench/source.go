package bench

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/posthorn/posthorn/internal/bench/remote"
	"github.com/posthorn/posthorn/internal/bench/sender"
	"github.com/posthorn/posthorn/internal/bench/sink"
	"github.com/posthorn/posthorn/internal/fault"
)

// source is what webhooks are sent to.
type source struct {
	on          *subject
	client      *remote.Client
	id, path    string // path is that of its address
	secret      string
	otherSecret string // signs forgeries
}

const sourcesPath = "/ingest/api/v1/source"

// at returns a path below the source.
func (s *source) at(below string) string { return sourcesPath + "/" + s.id + below }

// newSource creates a source, with an endpoint on the sink if what it receives is to be delivered.
func (l *lab) newSource(ctx context.Context, server *subject, s *sink.Sink) (*source, error) {
	client, err := remote.New(server.base(), server.token)
	if err != nil {
		return nil, err
	}
	src := &source{
		on: server, client: client, secret: sender.Secret(l.config.Provider, random(32)), otherSecret: sender.Secret(l.config.Provider, random(32)),
	}
	if err := l.createSource(ctx, src); err != nil {
		client.Close()
		return nil, err
	}
	if !l.config.Forward {
		return src, nil
	}
	_, err = client.Create(ctx, src.at("/endpoint"), map[string]any{
		"url": s.URL(0), "description": "benchmark sink", "secret": "whsec_" + base64.StdEncoding.EncodeToString(l.secret),
	})
	if err != nil {
		l.clearSource(ctx, src)
		client.Close()
		return nil, refusedHere(err, "create the endpoint")
	}
	return src, nil
}

// createSource makes the source and finds out its address.
func (l *lab) createSource(ctx context.Context, src *source) error {
	var made struct {
		ID        string `json:"id"`
		IngestURL string `json:"ingestUrl"`
	}
	err := src.client.Call(ctx, http.MethodPost, sourcesPath, map[string]any{
		"name": "Benchmark", "provider": l.config.Provider, "secrets": []string{src.secret}, "forward": map[string]any{"off": !l.config.Forward},
	}, &made)
	if err != nil {
		return fmt.Errorf("create the source: %w", err)
	}
	address, err := url.Parse(made.IngestURL) // its host may be that of a proxy: only the path counts here
	if err != nil || address.Path == "" {
		return fault.New(fault.Unavailable, "not_posthorn", "The server made a source without an address; see that it receives (--roles).")
	}
	src.id, src.path = made.ID, address.Path
	return nil
}

// clearSource takes a source away again, as clear does an application; its own application goes with it.
func (l *lab) clearSource(ctx context.Context, src *source) {
	if l.config.Keep || src.on.ours() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := src.client.Call(ctx, http.MethodDelete, src.at(""), nil, nil); err != nil {
		_, _ = fmt.Fprintf(l.streams.Err, "The source %s stays on the server: %v\n", src.id, err)
	}
}
