package app

import (
	"context"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// someSources returns a few sources, whose addresses are sealed as the secrets of endpoints are.
func (b *base) someSources(ctx context.Context) ([]hook.Source, error) {
	list, err := b.store.ListSources(ctx, 0, store.Page[id.ID]{Limit: sampled})
	return list.Items, err
}

// checkSources refuses a key that opens the address of no source.
func (b *base) checkSources(ctx context.Context, key string) error {
	some, err := b.someSources(ctx)
	if err != nil || len(some) == 0 {
		return err
	}
	vault := directory.NewSourceVault(b.box)
	for _, s := range some {
		if _, err := vault.OpenKey(s); err == nil {
			return nil
		}
	}
	return fault.New(fault.Invalid, "wrong_encryption_key", "%s does not belong to this database: it does not open the addresses of the sources, "+
		"which were sealed with another. Restore that one from the backup; to replace it, put the new key in front of it and keep both.", key)
}
