package bench

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/posthorn/posthorn/internal/bench/remote"
	"github.com/posthorn/posthorn/internal/bench/sink"
	"github.com/posthorn/posthorn/internal/fault"
)

// furnish creates an application with n endpoints on the sink and returns its id.
func (l *lab) furnish(ctx context.Context, server *subject, s *sink.Sink, n int) (string, error) {
	client, err := remote.New(server.base(), server.token)
	if err != nil {
		return "", err
	}
	defer client.Close()
	app, err := client.Create(ctx, "/app", map[string]any{"name": "Benchmark"})
	if err != nil {
		return "", fmt.Errorf("create the application: %w", err)
	}
	if err := l.connect(ctx, client, app, s, n); err != nil {
		l.clear(ctx, server, app)
		return "", err
	}
	return app, nil
}

// connect creates n endpoints on the sink.
func (l *lab) connect(ctx context.Context, client *remote.Client, app string, s *sink.Sink, n int) error {
	secret := "whsec_" + base64.StdEncoding.EncodeToString(l.secret)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := range n {
		group.Go(func() error {
			_, err := client.Create(ctx, "/app/"+app+"/endpoint", map[string]any{
				"url": s.URL(i), "description": "benchmark sink " + strconv.Itoa(i), "secret": secret,
			})
			return err
		})
	}
	err := group.Wait()
	return refusedHere(err, "create the endpoints")
}

// refusedHere returns the error about an endpoint on this machine that could not be made.
func refusedHere(err error, doing string) error {
	if problem := (*fault.Error)(nil); errors.As(err, &problem) && problem.Code == remote.EndpointRefused {
		return fault.New(problem.Kind, problem.Code, "The server does not send to this machine, where the benchmark receives: "+
			"start it with POSTHORN_ALLOW_NETWORKS=127.0.0.0/8.").Because(problem)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// clear takes an application away again, unless it is to be kept or goes away with its server. It also does
// so when the run was interrupted.
func (l *lab) clear(ctx context.Context, server *subject, app string) {
	if l.config.Keep || server.ours() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	client, err := remote.New(server.base(), server.token)
	if err == nil {
		defer client.Close()
		err = client.Call(ctx, http.MethodDelete, "/app/"+app, nil, nil)
	}
	if err != nil {
		_, _ = fmt.Fprintf(l.streams.Err, "The application %s stays on the server: %v\n", app, err)
	}
}
