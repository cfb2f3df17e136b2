package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// MigrateUp brings the schema of the settings' database up to date and returns a sentence about it. No
// server may be running on the data.
func MigrateUp(ctx context.Context, c config.Config, now clock.Clock) (about string, err error) {
	if err := checkEngine(c); err != nil {
		return "", err
	}
	dir, err := makeDataDir(c)
	if err != nil {
		return "", err
	}
	lock, err := dir.lock()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	s, err := sqlite.Open(ctx, dir.path(databaseFile), sqlite.Options{Clock: now})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	d, err := s.Describe(ctx)
	return fmt.Sprintf("The %s database %s has schema %d, the newest that this program knows.", d.Engine, dir.path(databaseFile), d.Schema), err
}
