package transfer

import (
	"context"
	"io"

	"github.com/posthorn/posthorn/internal/secret"
)

// Open shows what is in a stream.
func Open(r io.Reader, passphrase secret.String) (io.Reader, error) { return open(r, passphrase) }

// Import reads a whole stream into a store.
func Import(ctx context.Context, r io.Reader, in Incoming) (Counts, error) {
	s, err := Read(r, in)
	if err != nil {
		return nil, err
	}
	return s.Into(ctx, in)
}

// FirstGone is the smallest key of a deleted endpoint.
const FirstGone = firstGone
