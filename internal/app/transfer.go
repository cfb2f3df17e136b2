package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/transfer"
)

// Move is an export or an import as a person orders it.
type Move struct {
	Config     config.Config
	Clock      clock.Clock
	Log        *slog.Logger
	Passphrase secret.String
	History    bool // of an export
	NewSecrets bool // of an import of what has none
	Progress   func(transfer.Counts)
}

// Export writes what is in the settings' database to w, also beside a running server.
func (m Move) Export(ctx context.Context, w io.Writer) (counts transfer.Counts, err error) {
	d, err := existing(m.Config, m.Clock)
	if err != nil {
		return nil, err
	}
	s, err := d.beside(ctx)
	if err != nil {
		return nil, err
	}
	defer closing(s, &err)
	if err := transfer.CheckWhole(ctx, s); err != nil {
		return nil, err
	}
	box, err := existingBox(m.Config)
	if err != nil {
		return nil, err
	}
	about, err := s.Describe(ctx)
	if err != nil {
		return nil, err
	}
	return transfer.Export(ctx, w, transfer.Outgoing{
		From: s, Engine: about.Engine, History: m.History, Passphrase: m.Passphrase, Box: box, Now: m.Clock.Now(), Progress: m.Progress,
		LeftOut: func(kind, id string, err error) {
			m.Log.WarnContext(ctx, "export leaves out what cannot be written as JSON", "kind", kind, "id", id, "error", err)
		},
	})
}

// existingBox returns the box of the settings' key, or of the key file if there is one, and makes none.
func existingBox(c config.Config) (*secret.Box, error) {
	if !c.EncryptionKey.IsZero() {
		return secret.FromText(c.EncryptionKey.Reveal())
	}
	file := filepath.Join(c.Data, keyFile)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	box, _, err := secret.LoadOrCreate(file, rand.Reader)
	return box, err
}

// Import reads an export into the settings' database, which must be empty and not in use. It makes neither a database nor a
// key before the first line of the export has been read.
func (m Move) Import(ctx context.Context, r io.Reader) (counts transfer.Counts, err error) {
	in := transfer.Incoming{
		Passphrase: m.Passphrase, NewSecrets: m.NewSecrets, Random: rand.Reader, Now: m.Clock.Now(), Progress: m.Progress,
	}
	stream, err := transfer.Read(r, in)
	if err != nil {
		return nil, err
	}
	err = m.into(ctx, func(b *base) (err error) {
		in.To, in.Box = b.store, b.box
		counts, err = stream.Into(ctx, in)
		return err
	})
	return counts, err
}

// into calls fill with the settings' database, brought up to date and with its key, while no server of this data
// directory runs.
func (m Move) into(ctx context.Context, fill func(*base) error) (err error) {
	d, release, err := alone(m.Config, m.Clock)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	b := &base{config: m.Config, Options: Options{Clock: m.Clock, Log: m.Log}, ids: id.NewSource(rand.Reader)}
	if err := b.parseKey(); err != nil {
		return err
	}
	dir := d.dir
	if d.shared() && b.box == nil { // the key file is this node's, whatever the database
		if dir, err = makeDataDir(m.Config); err != nil {
			return err
		}
	}
	if !d.shared() {
		if err := d.dir.setAsideSides(ctx, m.Clock.Now(), m.Log); err != nil {
			return err
		}
	}
	if b.store, err = d.open(ctx); err != nil {
		return err
	}
	defer closing(b.store, &err)
	if err := b.openBox(ctx, dir); err != nil {
		return err
	}
	return fill(b)
}

// checkWhole refuses a database that an import has filled by halves.
func (b *base) checkWhole(ctx context.Context) error { return transfer.CheckWhole(ctx, b.store) }

var _ transfer.Target = (store.Store)(nil)
