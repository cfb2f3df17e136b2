package app

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"
)

// identityFile holds the identity of the node that works in the data directory.
const identityFile = "posthorn.node"

// identity returns what tells this node from all others, made at its first start. Only one program at a time
// holds the directory's lock: a run with the same identity that others still see is one that died.
func (d dataDir) identity() (string, error) {
	path := d.path(identityFile)
	text, err := os.ReadFile(path) //nolint:gosec // a file of ours in the folder that the settings name
	if errors.Is(err, fs.ErrNotExist) {
		text = []byte(rand.Text() + "\n")
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return "", dataFault(string(d), err)
	}
	return strings.TrimSpace(string(text)), nil
}
