package catalog

import (
	"context"

	"github.com/posthorn/posthorn/internal/hook"
)

// Ensure returns the application with a's uid, made as a says if there is none: a publish may bring its
// application along.
func (s *Applications) Ensure(ctx context.Context, a hook.Application) (hook.Application, error) {
	found, _, err := s.GetOrCreate(ctx, NewApplication{UID: a.UID, Name: a.Name, RateLimit: a.RateLimit, Metadata: a.Metadata})
	return found, err
}
