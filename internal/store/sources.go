package store

import (
	"context"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Sources keeps where other people's webhooks come in. The uid of a source is unique within its application.
type Sources interface {
	// CreateSource stores s and returns it with its key. A missing application is fault.NotFound.
	CreateSource(ctx context.Context, s hook.Source) (hook.Source, error)
	// Source returns the application's source that ref names. With the application zero it may be of any: a uid names
	// the source that has an application of its own, or else the only one; if there are several, the error is
	// fault.Conflict with code "ambiguous_uid". UpdateSource and DeleteSource find a source like that.
	Source(ctx context.Context, application hook.Key, ref Ref) (hook.Source, error)
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
