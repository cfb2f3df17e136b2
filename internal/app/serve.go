package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"

	"github.com/posthorn/posthorn/internal/app/group"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/httpd"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/maintain"
)

// Options are what Serve gets beside the settings.
type Options struct {
	Out     io.Writer // for what a person should see once
	Log     *slog.Logger
	Clock   clock.Clock
	Program string // path of this program, for lines to paste
}

// Serve runs a server until ctx ends and has then drained it.
func Serve(ctx context.Context, settings config.Loaded, o Options) (err error) {
	for _, warning := range settings.Warnings {
		o.Log.WarnContext(ctx, "unknown setting", "warning", warning)
	}
	b := &base{config: settings.Config, Options: o, ids: id.NewSource(rand.Reader)}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.open(ctx); err != nil {
		return err
	}
	p, err := b.build(ctx)
	if err != nil {
		return err
	}
	if err := b.store.Begin(ctx, hook.Key(b.ids.Key()), b.limits().Window, o.Clock.Now()); err != nil {
		return err
	}
	return p.run(ctx)
}

// What drains before it is cut off. A service that loses its Stop would be cut off at once, and nothing would say so.
var (
	_ group.Stopper = (*deliver.Engine)(nil)
	_ group.Stopper = (*httpd.Server)(nil)
)

// run runs the services. The HTTP server is started last and stopped first: nothing is accepted that
// nobody would send.
func (p *parts) run(ctx context.Context) error {
	err := group.Run(ctx, group.Options{Log: p.Log, Drain: p.config.DrainTimeout, Ready: func() { p.announce(ctx) }},
		group.Named{Name: "delivery", Service: p.engine},
		group.Named{Name: "maintenance", Service: maintain.New(p.store, p.config.Retention, p.Clock, p.Log)},
		group.Named{Name: "http", Service: p.server(ctx)},
	)
	p.client.Close()
	if err != nil {
		return err // the next start finds out what was under way
	}
	p.Log.InfoContext(ctx, "stopped")
	return p.store.End(context.WithoutCancel(ctx))
}
