package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/posthorn/posthorn/internal/app/group"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/httpd"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/maintain"
	"github.com/posthorn/posthorn/internal/node"
)

// Options are what Serve gets beside the settings.
type Options struct {
	Out     io.Writer // for what a person should see once
	Log     *slog.Logger
	Clock   clock.Clock
	Program string // path of this program, for lines to paste
	// NewDatabase starts with an empty database also where there are signs that there was another.
	NewDatabase bool
}

// Serve runs a server until ctx ends and has then drained it.
func Serve(ctx context.Context, settings config.Loaded, o Options) (err error) {
	for _, warning := range settings.Warnings {
		o.Log.WarnContext(ctx, "setting", "warning", warning)
	}
	b := &base{config: settings.Config, Options: o, ids: id.NewSource(rand.Reader)}
	defer func() { err = errors.Join(err, b.close()) }()
	b.warnOfFewDescriptors(ctx)
	if err := b.open(ctx); err != nil {
		return err
	}
	for first := true; ; first = false {
		begun, err := b.live(ctx)
		switch {
		case ctx.Err() != nil:
			return err
		case errors.Is(err, node.ErrLost):
			o.Log.WarnContext(ctx, "lease lost, restarting as a new run", "reason", err)
			b.identity = "" // two copies of a data directory must not fence each other in a loop
		case !first && !begun && fault.KindOf(err) == fault.Unavailable:
			o.Log.WarnContext(ctx, "cannot begin a new run; trying again", "error", err)
		default:
			return err
		}
		if err := b.listenAgain(ctx, begun); err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// prepareAgain makes the database ready for another run than the first, which opening the store did. A shared database
// may be another one by then.
func (b *base) prepareAgain(ctx context.Context) error {
	shared, ok := b.store.(interface{ Prepare(context.Context) error })
	if !ok || !b.again {
		b.again = true
		return nil
	}
	return shared.Prepare(ctx)
}

// live is one run: from the day it begins until it ends in good order, fails, or is taken for dead. begun is false if it
// failed before it had begun, as when the database is away or its clock is wrong.
func (b *base) live(ctx context.Context) (begun bool, err error) {
	if err := b.prepareAgain(ctx); err != nil {
		return false, err
	}
	p, err := b.build(ctx)
	if err != nil {
		return false, err
	}
	at := b.Clock.Now()
	run := b.newRun()
	err = b.store.Begin(ctx, run, at)
	if err == nil {
		err = b.checkWhole(ctx) // again: an import that began before this run did not see it
		if err != nil {
			err = errors.Join(err, b.store.End(context.WithoutCancel(ctx)))
		}
	}
	if err != nil {
		p.client.Close()
		p.keys.client.Close()
		return false, err
	}
	p.join(run, at)
	return true, p.run(ctx)
}

// What drains before it is cut off. A service that loses its Stop would be cut off at once, and nothing would say so.
var (
	_ group.Stopper = (*deliver.Engine)(nil)
	_ group.Stopper = (*httpd.Server)(nil)
)

// services are what this node's roles ask for.
func (p *parts) services(ctx context.Context) []group.Named {
	services := []group.Named{{Name: "node", Service: p.node}, {Name: "delivery", Service: p.engine}}
	if p.config.Roles.Has(config.RoleMaintain) {
		services = append(services, group.Named{Name: "maintenance", Service: maintain.New(p.store, p.config.Retention, p.Clock, p.Log)})
	}
	services = append(services, p.watching()...)
	services = append(services, p.partitionWatches()...)
	services = append(services, p.receiving()...)
	return append(services, group.Named{Name: "http", Service: p.server(ctx)})
}

// run runs the services. The HTTP server is started last and stopped first: nothing is accepted that
// nobody would send. The node goes last: while requests are under way the lease must hold.
func (p *parts) run(ctx context.Context) error {
	err := group.Run(ctx, group.Options{Log: p.Log, Drain: p.config.DrainTimeout, Ready: func() { p.announce(ctx) }}, p.services(ctx)...)
	p.client.Close()
	p.keys.client.Close()
	if err != nil {
		return err // the next start finds out what was under way
	}
	p.Log.InfoContext(ctx, "stopped")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	return p.store.End(ctx)
}

// farewell is how long a database may take to hear that this run has ended. One that is away finds out by itself.
const farewell = 5 * time.Second
