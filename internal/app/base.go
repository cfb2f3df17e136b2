package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// base is what a server stands on. It is opened piece by piece and closed in reverse.
type base struct {
	Options
	config   config.Config
	ids      *id.Source
	listener net.Listener
	box      *secret.Box
	store    store.Store
	closers  []io.Closer
}

// open takes the address and the data directory before it touches what is in it.
func (b *base) open(ctx context.Context) error {
	if err := checkEngine(b.config); err != nil {
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
	if err := b.openBox(ctx, dir); err != nil {
		return err
	}
	s, err := sqlite.Open(ctx, dir.path(databaseFile), sqlite.Options{Clock: b.Clock})
	if err != nil {
		return err
	}
	b.store = s
	b.onClose(s)
	return nil
}

// openBox takes the key of the settings, or the key file, which is made at the first start.
func (b *base) openBox(ctx context.Context, dir dataDir) (err error) {
	if !b.config.EncryptionKey.IsZero() {
		b.box, err = secret.FromText(b.config.EncryptionKey.Reveal())
		return err
	}
	box, created, err := secret.LoadOrCreate(dir.path(keyFile), rand.Reader)
	if err == nil && created {
		b.Log.InfoContext(ctx, "made a key file; back it up, but not beside the database", "file", dir.path(keyFile))
	}
	b.box = box
	return err
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
