package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/posthorn/posthorn/internal/fault"
)

// mostFile bounds what is read of a key file; thousands of keys fit.
const mostFile = 64 << 10

// LoadOrCreate returns the box for the key file at path, and makes the file with one new key if there
// is none; created tells. The folder must exist. The file is as FromText describes it and must be
// readable by its owner only. Several processes may call this at once for the same path: one
// creates the file, all return the same key, and none returns before the key would survive a power cut.
func LoadOrCreate(path string, random io.Reader) (box *Box, created bool, err error) {
	box, err = load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return box, false, err
	}
	created, err = create(path, random)
	if err != nil {
		return nil, false, fault.New(fault.Unavailable, "key_file_unwritable", "The key file %s cannot be created; "+
			"make its folder writable, or give a key in POSTHORN_ENCRYPTION_KEY.", path).Because(err)
	}
	box, err = load(path)
	return box, created, err
}

// load reads an existing key file. It looks at the file it opened, not at the name.
func load(path string) (*Box, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	if err := checkPrivate(f); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, mostFile))
	if err != nil {
		return nil, unreadable(path, err)
	}
	keys, flaw := readKeys(string(text))
	if flaw != "" {
		return nil, damaged(path, flaw)
	}
	box, err := newBox(keys)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return box, nil
}

// damaged says to restore the file. A new key in its place would start the server and open nothing that is stored.
func damaged(path, flaw string) error {
	return fault.New(fault.Invalid, "key_file_damaged", "The key file %s is damaged: its key %s. Restore the file from the backup; "+
		"no other key opens the secrets that were sealed with it.", path, flaw)
}

// checkPrivate refuses a file that anyone but its owner may read or write.
func checkPrivate(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return unreadable(f.Name(), err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fault.New(fault.Invalid, "key_file_exposed",
			"The key file %s is open to other users of this machine; run `chmod 600 %s`, and keep the key, which opens what is stored.",
			f.Name(), f.Name())
	}
	return nil
}

func unreadable(path string, cause error) error {
	return fault.New(fault.Unavailable, "key_file_unreadable",
		"The key file %s cannot be read; make it a file that belongs to the user Posthorn runs as, or restore it from the backup.", path).Because(cause)
}

// create puts a new key at path unless a file is there already, and reports whether it did. The file
// gets its name by a link, not by a rename: a rename would replace the key that another process has
// just created and may already have sealed secrets with.
func create(path string, random io.Reader) (bool, error) {
	dir := filepath.Dir(path)
	temp, err := writeTemp(dir, random)
	if err != nil {
		return false, err
	}
	defer os.Remove(temp) //nolint:errcheck // the name only; a leftover does no harm
	err = os.Link(temp, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return false, err
	}
	return err == nil, syncDir(dir)
}

// writeTemp writes a new key to a new file with mode 0600 in dir, flushes it and returns its name.
func writeTemp(dir string, random io.Reader) (string, error) {
	key, err := generateKey(random)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, ".key-*")
	if err != nil {
		return "", err
	}
	_, err = io.WriteString(f, fileText(key))
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// fileText is a key file with one key.
func fileText(key rawKey) string {
	return "# Posthorn encrypts stored secrets with this key. Without it they are lost: back it up, apart from the database.\n" +
		"# To replace it, put a line made with `openssl rand -base64 32` above the old one.\n" +
		key.text() + "\n"
}

// syncDir makes a new name in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
