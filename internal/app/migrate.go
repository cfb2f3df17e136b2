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

// MigrateStatus returns a sentence about the schema that the settings' database has and the one that this
// program wants. It changes nothing and may be asked beside a running server.
func MigrateStatus(ctx context.Context, c config.Config) (string, error) {
	if err := checkEngine(c); err != nil {
		return "", err
	}
	dir, err := existingDataDir(c)
	if err != nil {
		return "", err
	}
	have, want, err := sqlite.Schema(ctx, dir.path(databaseFile))
	if err != nil {
		return "", err
	}
	todo := "there is nothing to do."
	switch {
	case have < want:
		todo = "stop the server and run `posthorn migrate up`, or start this program's server, which does it."
	case have > want:
		todo = "use the newer program that wrote it."
	}
	return fmt.Sprintf("The sqlite database %s has schema %d, this program wants schema %d: %s", dir.path(databaseFile), have, want, todo), nil
}
