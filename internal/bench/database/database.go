// Package database gives each server under test a PostgreSQL database of its own and reads what that cost
// its server. A figure from a database that others have filled, or are filling, says nothing.
package database

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
)

// Prefix begins the names of the databases, so that what a killed benchmark left behind can be told.
const Prefix = "posthorn_bench_"

// patience is how long the server may take for one of our few statements.
const patience = time.Minute

// Database is one that was made for a run.
type Database struct {
	server string // URL of the database from which it was made
	name   string
	url    string
}

// Create makes a database on the server that a URL leads to. The URL's user must be allowed to.
func Create(ctx context.Context, server string) (*Database, error) {
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" { // the error would quote the password
		return nil, fault.In("database", "bad_url", "Give the PostgreSQL server as postgres://user:password@host:5432/database.")
	}
	random := make([]byte, 6)
	_, _ = rand.Read(random) // it never fails
	d := &Database{server: server, name: Prefix + hex.EncodeToString(random)}
	u.Path = "/" + d.name
	d.url = u.String()
	if err := run(ctx, server, "CREATE DATABASE "+d.name); err != nil {
		return nil, fault.New(fault.Unavailable, "no_database", "No database can be made on the PostgreSQL server: check its URL, "+
			"and that the user may create databases.").Because(err)
	}
	return d, nil
}

// URL returns where the database is. It may hold a password.
func (d *Database) URL() string { return d.url }

// Drop removes the database, whoever is still connected. It does so too when ctx has ended.
func (d *Database) Drop(ctx context.Context) error {
	err := run(context.WithoutCancel(ctx), d.server, "DROP DATABASE IF EXISTS "+d.name+" WITH (FORCE)")
	if err != nil {
		return fmt.Errorf("drop the database %s: %w", d.name, err)
	}
	return nil
}

func run(ctx context.Context, url, statement string) error {
	return with(ctx, url, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, statement)
		return err
	})
}

// with calls do with a connection of its own.
func with(ctx context.Context, url string, do func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("the PostgreSQL server does not answer"))
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, conn), conn.Close(ctx))
}
