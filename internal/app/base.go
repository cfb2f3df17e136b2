package app

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
)

// base is what a server stands on. It is opened piece by piece and closed in reverse.
type base struct {
	Options
	config   config.Config
	ids      *id.Source
	identity string
	listener net.Listener
	box      *secret.Box
	store    store.Store
	database *databaseMetrics
	again    bool // a run has been tried
	closers  []io.Closer
}

// open takes the address and the data directory before it touches what is in it.
func (b *base) open(ctx context.Context) error {
	if err := checkRoles(b.config); err != nil {
		return err
	}
	listener, err := listen(ctx, b.config.Listen)
	if err != nil {
		return err
	}
	b.listener = listener
	b.onClose(listener)
	dir, err := makeDataDir(b.config)
	if err != nil {
		return err
	}
	lock, err := dir.lock()
	if err != nil {
		return err
	}
	b.onClose(lock)
	if err := b.parseKey(); err != nil {
		return err
	}
	b.database = newDatabaseMetrics()
	d := database{config: b.config, dir: dir, clock: b.Clock, observer: b.database, log: b.Log}
	if err := b.checkDatabaseFile(ctx, d); err != nil {
		return err
	}
	b.warnOfClearText(ctx)
	s, err := d.open(ctx)
	if err != nil {
		return err
	}
	b.store = s
	b.onClose(s)
	if b.identity, err = dir.identity(); err != nil { // once there is a database: see checkNotLost
		return err
	}
	if err := b.checkWhole(ctx); err != nil {
		return err
	}
	return b.openBox(ctx, dir)
}

// checkDatabaseFile refuses a data directory that has lost its SQLite database, unless a new one is wanted.
func (b *base) checkDatabaseFile(ctx context.Context, d database) error {
	switch {
	case d.shared():
		return nil
	case b.NewDatabase:
		return d.dir.setAsideSides(ctx, b.Clock.Now(), b.Log)
	}
	return d.dir.checkNotLost()
}

// beginPause is how long a server that could not begin a run waits before it tries again.
const beginPause = 2 * time.Second

// listenAgain takes the address again after a run has ended, the same port also if any would do. After a run that did not
// begin it is free for a pause: clients are refused rather than kept waiting.
func (b *base) listenAgain(ctx context.Context, begun bool) error {
	if !begun {
		_ = b.listener.Close() // nothing was accepted on it
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(beginPause):
		}
	}
	listener, err := listen(ctx, b.listener.Addr().String())
	if err != nil {
		return err
	}
	b.listener = listener
	b.onClose(listener)
	return nil
}

func (b *base) onClose(c io.Closer) { b.closers = append(b.closers, c) }

// close closes what was opened. The listener is closed already when its server has ended.
func (b *base) close() error {
	var problems []error
	for _, c := range slices.Backward(b.closers) {
		if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}
