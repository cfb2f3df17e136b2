package consumer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

var (
	errLedger = errors.New("the ledger failed")
	errEnded  = errors.New("the function ended without returning")
)

// once hands an event to its function unless that has happened before. It returns at the deadline at the latest; the
// function may go on, and is still believed if it then succeeds.
func (g *gate) once(ctx context.Context, e Event, f Func) error {
	leave, err := g.desk.enter(ctx, e.Key)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	g.running.begin()
	go func() {
		err := errEnded // what stays if the function ends its goroutine
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
			leave()
			done <- err
			g.running.end()
		}()
		err = g.take(ctx, e, f)
	}()
	select {
	case err = <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take is asked for one event at a time.
func (g *gate) take(ctx context.Context, e Event, f Func) error {
	seen, err := g.seen(ctx, e)
	if err != nil || seen {
		return err
	}
	if err := f(ctx, e); err != nil {
		return err
	}
	g.mark(ctx, e)
	return nil
}

func (g *gate) seen(ctx context.Context, e Event) (bool, error) {
	if e.Key == "" {
		return false, nil
	}
	seen, err := g.ledger.Seen(ctx, g.ledgerKey(e))
	if err != nil {
		return false, fmt.Errorf("%w: %w", errLedger, err)
	}
	return seen, nil
}

// mark remembers an event that was taken, also when its deadline has passed: the sender will ask again.
func (g *gate) mark(ctx context.Context, e Event) {
	const patience = 5 * time.Second
	if e.Key == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := g.ledger.Mark(ctx, g.ledgerKey(e)); err != nil {
		g.log.ErrorContext(ctx, "event taken but not remembered", "id", e.ID, "cause", err.Error())
	}
}

// ledgerKey keeps providers that share a ledger apart.
func (g *gate) ledgerKey(e Event) string { return g.provider.Name + ":" + e.Key }

// rescue answers for a bug of ours, or of a ledger's.
func (g *gate) rescue(w http.ResponseWriter) {
	p := recover()
	switch p {
	case nil:
	case http.ErrAbortHandler:
		panic(p)
	default:
		g.log.Error("panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
		problem(w, http.StatusServiceUnavailable, "internal")
	}
}
