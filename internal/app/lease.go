package app

import (
	"context"
	"sync/atomic"

	"github.com/posthorn/posthorn/internal/node"
)

// lease is this run's node as the engine sees it. The engine is made first, since the node tells others what
// it holds; nothing is sent before there is a node.
type lease struct{ node atomic.Pointer[node.Node] }

// Await implements deliver.Lease.
func (l *lease) Await(ctx context.Context) (waited bool, err error) { return l.node.Load().Await(ctx) }
