package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
)

// What is in the data directory. The names are a promise to backup scripts.
const (
	databaseFile = "posthorn.db"
	keyFile      = "posthorn.key"
	lockFile     = "posthorn.lock"
)

// dataDir is the folder that a server keeps everything in.
type dataDir string

// makeDataDir returns the configured folder, made for its owner alone if it is not there.
func makeDataDir(c config.Config) (dataDir, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return "", dataFault(c.Data, err)
	}
	dir, err := filepath.Abs(c.Data)
	return dataDir(dir), err
}

// existingDataDir returns the configured folder for commands that must not start an empty database
// because of a slip in the path.
func existingDataDir(c config.Config) (dataDir, error) {
	dir, err := filepath.Abs(c.Data)
	if err != nil {
		return "", err
	}
	_, err = os.Stat(dataDir(dir).path(databaseFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fault.New(fault.NotFound, "no_data",
			"There is no Posthorn database in %s: start `posthorn serve` there first, or name the right folder with --data or POSTHORN_DATA.", dir)
	}
	if err != nil {
		return "", dataFault(dir, err)
	}
	return dataDir(dir), nil
}

// warnOfKeyAlone says that a key file was found and no database, or an empty one: that is what a restore by halves looks
// like, and a server that starts empty takes the place of the one that was to come back.
func (b *base) warnOfKeyAlone(ctx context.Context, dir dataDir) {
	if _, err := os.Stat(dir.path(keyFile)); err != nil || !b.config.DatabaseURL.IsZero() {
		return
	}
	database := dir.path(databaseFile)
	if info, err := os.Stat(database); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		b.Log.WarnContext(ctx, "there is a key file but no database: starting with an empty one; if you are restoring a backup, "+
			"stop this server and put the database back", "missing", database)
	}
}

func (d dataDir) path(name string) string { return filepath.Join(string(d), name) }

func dataFault(dir string, cause error) error {
	return fault.New(fault.Unavailable, "data_not_writable",
		"The data directory %s cannot be used: make it writable for this user, or choose another one with --data or POSTHORN_DATA.", dir).Because(cause)
}
