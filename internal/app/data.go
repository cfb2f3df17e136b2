package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

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
	if err := dataDir(dir).checkNotLost(); err != nil {
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

// checkNotLost refuses to start with an empty database where there was one: a folder that was restored by halves, or whose
// database was removed, has files that are made only once there is a database. The settings name SQLite.
func (d dataDir) checkNotLost() error {
	if !d.lacksDatabase() {
		return nil
	}
	database := d.path(databaseFile)
	for _, name := range []string{keyFile, identityFile, databaseFile + "-wal"} {
		if info, err := os.Stat(d.path(name)); err == nil && info.Size() > 0 {
			return fault.New(fault.NotFound, "database_missing", "The database %s is missing or empty, but %s shows that there was one: "+
				"put the database back, with its -wal file if it has one; or set POSTHORN_DATABASE_URL if this server worked on PostgreSQL; "+
				"or start once with `posthorn serve --new-database` to begin with an empty one.", database, name)
		}
	}
	return nil
}

// lacksDatabase reports whether the database file is missing or empty. Whether another one is a database, and can be read, is
// found out by opening it.
func (d dataDir) lacksDatabase() bool {
	info, err := os.Stat(d.path(databaseFile))
	return errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
}

// setAsideSides renames the WAL and its index that a missing or empty database has left behind: SQLite would delete them, and
// the WAL may hold everything since the last checkpoint.
func (d dataDir) setAsideSides(ctx context.Context, now time.Time, log *slog.Logger) error {
	if !d.lacksDatabase() {
		return nil
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		from := d.path(databaseFile + suffix)
		info, err := os.Stat(from)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
			continue
		}
		to := from + ".lost-" + now.UTC().Format("20060102T150405.000Z")
		if err := errors.Join(err, os.Rename(from, to)); err != nil {
			return dataFault(string(d), err)
		}
		log.WarnContext(ctx, "renamed a file that a missing database left behind", "file", from, "new_name", to)
	}
	return nil
}

func (d dataDir) path(name string) string { return filepath.Join(string(d), name) }

func dataFault(dir string, cause error) error {
	return fault.New(fault.Unavailable, "data_not_writable",
		"The data directory %s cannot be used: make it writable for this user, or choose another one with --data or POSTHORN_DATA.", dir).Because(cause)
}
