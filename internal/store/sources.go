package store

import (
	"context"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Sources keeps where other people's webhooks come in.
type Sources interface {
	// CreateSource stores s and returns it with its key. A missing application is fault.NotFound.
	CreateSource(ctx context.Context, s hook.Source) (hook.Source, error)
	// Source returns the source that ref names.
	Source(ctx context.Context, ref Ref) (hook.Source, error)
	// SourceByKey returns the source with the key.
	SourceByKey(ctx context.Context, key hook.Key) (hook.Source, error)
	// SourceByURL returns the source whose address has the hash.
	SourceByURL(ctx context.Context, hash [32]byte) (hook.Source, error)
	// UpdateSource is to sources what UpdateApplication is to applications.
	UpdateSource(ctx context.Context, ref Ref, change func(*hook.Source) error) (hook.Source, error)
	// DeleteSource removes the source with its secrets; what it received is purged by and by, and what is new
	// of it is not processed any more.
	DeleteSource(ctx context.Context, ref Ref) (hook.Source, error)
	// ListSources returns a page of sources by id; of one application only if that is not zero.
	ListSources(ctx context.Context, application hook.Key, page Page[id.ID]) (List[hook.Source, id.ID], error)
}
