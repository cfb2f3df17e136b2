package transfer

import (
	"io"

	"github.com/posthorn/posthorn/internal/secret"
)

// Open shows what is in a stream.
func Open(r io.Reader, passphrase secret.String) (io.Reader, error) { return open(r, passphrase) }

// FirstGone is the smallest key of a deleted endpoint.
const FirstGone = firstGone
