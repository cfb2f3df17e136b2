package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
)

// parseKey takes the key of the settings, if there is one, before anything is written.
func (b *base) parseKey() (err error) {
	if !b.config.EncryptionKey.IsZero() {
		b.box, err = secret.FromText(b.config.EncryptionKey.Reveal())
	}
	return err
}

// openBox takes the key file unless the settings have a key, and makes it at the first start. It refuses
// a key that does not open what is stored: nothing could be sent, and new secrets would be sealed with a
// key that nobody has backed up.
func (b *base) openBox(ctx context.Context, dir dataDir) error {
	sealed, err := b.someEndpoints(ctx)
	if err != nil {
		return err
	}
	if b.box != nil {
		return b.settleKey(ctx, sealed, "The encryption key in POSTHORN_ENCRYPTION_KEY")
	}
	file := dir.path(keyFile)
	sources, err := b.someSources(ctx)
	if err != nil {
		return err
	}
	_, err = os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) && len(sealed)+len(sources) > 0 {
		return fault.New(fault.Invalid, "encryption_key_missing", "The key file %s is not there, and without its key the secrets "+
			"of the endpoints and sources in the database do not open: restore it from the backup, or give the key that they were sealed with in POSTHORN_ENCRYPTION_KEY.", file)
	}
	box, created, err := secret.LoadOrCreate(file, rand.Reader)
	if err != nil {
		return err
	}
	if created {
		b.Log.InfoContext(ctx, "made a key file; back it up, but not beside the database", "file", file)
	}
	b.box = box
	return b.settleKey(ctx, sealed, "The key file "+file)
}

// settleKey refuses a key that others do not share. Before anything is sealed the nodes agree on one.
func (b *base) settleKey(ctx context.Context, sealed []hook.Endpoint, key string) error {
	if err := b.checkSources(ctx, key); err != nil {
		return err
	}
	if len(sealed) > 0 {
		return b.checkKey(ctx, sealed, key)
	}
	return b.agreeOnKey(ctx, key)
}

// checkKey refuses a key that opens none of the endpoints' secrets. If it opens some of them, the others are
// damaged or older than a key that was thrown away: that is said, and does not stop the rest.
func (b *base) checkKey(ctx context.Context, sealed []hook.Endpoint, key string) error {
	shut, vault := 0, directory.NewVault(b.box)
	for _, e := range sealed {
		if _, err := vault.Keys(e, b.Clock.Now()); err != nil {
			shut++
		}
	}
	switch {
	case shut == 0:
		return nil
	case shut < len(sealed):
		b.Log.WarnContext(ctx, "the encryption key does not open the secrets of every endpoint; add the key that is missing behind the present one",
			"endpoints", len(sealed), "shut", shut)
		return nil
	}
	return fault.New(fault.Invalid, "wrong_encryption_key", "%s does not belong to this database: it does not open the secrets of the endpoints, "+
		"which were sealed with another. Restore that one from the backup; to replace it, put the new key in front of it and keep both.", key)
}

// sampled is how many applications with endpoints are looked at from either end.
const sampled = 8

// someEndpoints returns endpoints of the oldest and of the newest applications that have any.
func (b *base) someEndpoints(ctx context.Context) (some []hook.Endpoint, err error) {
	for _, ascending := range []bool{true, false} {
		page := store.Page[id.ID]{Limit: 250, Ascending: ascending}
		for found, done := 0, false; found < sampled && !done; {
			list, err := b.store.ListApplications(ctx, store.ApplicationFilter{}, page)
			if err != nil {
				return nil, err
			}
			endpoints, err := b.oneOfEach(ctx, list.Items, sampled-found)
			if err != nil {
				return nil, err
			}
			some, found = append(some, endpoints...), found+len(endpoints)
			page.From, done = list.Last, list.Done
		}
	}
	return some, nil
}

// oneOfEach returns one endpoint of each application, at most n.
func (b *base) oneOfEach(ctx context.Context, applications []hook.Application, n int) (some []hook.Endpoint, err error) {
	for _, a := range applications {
		if len(some) >= n {
			break
		}
		list, err := b.store.ListEndpoints(ctx, a.Key, store.Page[id.ID]{Limit: 1})
		if err != nil {
			return nil, err
		}
		some = append(some, list.Items...)
	}
	return some, nil
}
