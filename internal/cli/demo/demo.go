// Package demo shows a newcomer a first webhook: it receives on this machine, has a server send there,
// and prints what arrived and whether its signature holds. It exists because a server rightly refuses
// to send to itself, so that a line to paste needs somebody else to receive.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/posthorn/posthorn/internal/bench/process"
	"github.com/posthorn/posthorn/internal/bench/remote"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/signature"
)

const (
	patience  = 30 * time.Second // for the webhook to arrive
	eventType = "demo.greeting"
	greeting  = `{"hello":"world","from":"posthorn demo"}`
)

// Config says what to show.
type Config struct {
	BaseURL string // of a running server; empty starts one on temporary data
	Token   string // of that server
	Keep    bool   // leave the application in the running server
	Program string // path of the posthorn binary
	Clock   clock.Clock
	Out     io.Writer
}

// Run shows a webhook.
func Run(ctx context.Context, c Config) error {
	if c.BaseURL != "" {
		return c.show(ctx, c.BaseURL, c.Token)
	}
	dir, err := os.MkdirTemp("", "posthorn-demo-")
	if err != nil {
		return fault.New(fault.Unavailable, "no_folder", "No temporary folder can be made; set TMPDIR.").Because(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is in the temporary folder
	return c.withServer(ctx, dir, c.show)
}

// withServer starts a server on temporary data for as long as use takes.
func (c Config) withServer(ctx context.Context, dir string, use func(ctx context.Context, base, token string) error) error {
	address, err := process.FreeAddress(ctx)
	if err != nil {
		return err
	}
	base, token := "http://"+address, newToken()
	fmt.Fprintf(c.Out, "Starting a server on temporary data at %s ...\n", base)
	child, err := process.Start(ctx, process.Spec{
		Path: c.Program, Args: []string{"serve"}, Ready: base + "/readyz",
		Env: []string{
			"POSTHORN_LISTEN=" + address, "POSTHORN_DATA=" + filepath.Join(dir, "data"), remote.TokenVariable + "=" + token,
			"POSTHORN_ALLOW_NETWORKS=127.0.0.0/8", "POSTHORN_LOG_LEVEL=warn", "TMPDIR=" + os.TempDir(),
		},
		Within: patience, Grace: 10 * time.Second, Clock: c.Clock,
	})
	if err != nil {
		return err
	}
	defer child.Stop()
	return use(ctx, base, token)
}

// show sends one webhook from the server to this process.
func (c Config) show(ctx context.Context, base, token string) error {
	server, err := remote.New(base, token)
	if err != nil {
		return err
	}
	defer server.Close()
	receiver, err := receive(ctx)
	if err != nil {
		return err
	}
	defer receiver.close()
	s, err := prepare(ctx, server, receiver.url)
	if err != nil {
		return err
	}
	if !c.Keep {
		defer remove(ctx, server, s.application)
	}
	fmt.Fprintf(c.Out, "Created application %s with endpoint %s to %s\n", s.application, s.endpoint, receiver.url)
	message, err := publish(ctx, server, s.application)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "Published message %s: stored and acknowledged\n", message)
	return c.await(ctx, receiver, s.secret)
}

// await prints the webhook when it comes.
func (c Config) await(ctx context.Context, r *receiver, secret string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("waiting for the webhook"))
	defer cancel()
	select {
	case got := <-r.got:
		return c.report(got, secret)
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "no_webhook", "No webhook arrived within %s: the server must run on this machine, and its log "+
			"and the attempts of the message (with --keep) say more.", patience).Because(context.Cause(ctx))
	}
}

func (c Config) report(got arrival, secret string) error {
	fmt.Fprintf(c.Out, "\nReceived:\n  POST %s\n", got.path)
	for _, name := range []string{
		"Content-Type", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "Svix-Id", "Svix-Timestamp", "Svix-Signature",
	} {
		if value := got.header.Get(name); value != "" {
			fmt.Fprintf(c.Out, "  %s: %s\n", name, value)
		}
	}
	fmt.Fprintf(c.Out, "\n  %s\n\n", got.body)
	key, err := signature.Parse(secret)
	if err != nil {
		return fmt.Errorf("read the endpoint's secret: %w", err)
	}
	verifier, err := signature.NewVerifier(key)
	if err != nil {
		return fmt.Errorf("prepare to verify: %w", err)
	}
	if err := verifier.Verify(got.header, got.body, c.Clock.Now()); err != nil {
		return fault.New(fault.Conflict, "bad_signature", "The signature does not hold; the webhook is not from this server.").Because(err)
	}
	fmt.Fprintln(c.Out, "The signature holds: it was made with this endpoint's secret, of exactly these bytes, just now.")
	return nil
}

// arrival is a webhook as it came.
type arrival struct {
	path   string
	header http.Header
	body   json.RawMessage
}
