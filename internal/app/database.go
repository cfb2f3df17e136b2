package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// database is the one that the settings name: PostgreSQL if they give its URL, else the file in the data
// directory. It is the only place that tells engines apart.
type database struct {
	config   config.Config
	dir      dataDir
	clock    clock.Clock
	observer store.Observer // of a server
	// daysAhead is for how many days partitions are made; less than a week is a week.
	daysAhead int
	log       *slog.Logger // of a server
}

// open opens it for a server, and brings its schema up to date unless the settings say otherwise.
func (d database) open(ctx context.Context) (store.Store, error) {
	if d.shared() {
		return postgres.Open(ctx, d.postgres(!d.config.AutoMigrate))
	}
	return sqlite.Open(ctx, d.file(), sqlite.Options{
		Clock: d.clock, Held: []string{d.dir.path(lockFile)}, MaxWaiting: int64(d.config.Memory), Observer: d.observer,
	})
}

// beside opens it for a command that works beside a server: its schema is left as it is.
func (d database) beside(ctx context.Context) (store.Store, error) {
	if d.shared() {
		return postgres.Open(ctx, d.postgres(true))
	}
	return sqlite.Open(ctx, d.file(), sqlite.Options{Clock: d.clock, Beside: true})
}

func (d database) postgres(leaveSchema bool) postgres.Options {
	return postgres.Options{
		Clock: d.clock, URL: d.config.DatabaseURL.Reveal(), ReadURL: d.config.ReadURL.Reveal(), NoMigrate: leaveSchema, DaysAhead: d.daysAhead,
		MaxWaiting: int64(d.config.Memory), Observer: d.observer, Log: d.log,
	}
}

// warnOfClearText logs hosts of the database that may be reached without TLS: payloads and the password would be readable
// on the way.
func (b *base) warnOfClearText(ctx context.Context) {
	for setting, url := range map[string]string{
		"database_url": b.config.DatabaseURL.Reveal(), "database_read_url": b.config.ReadURL.Reveal(),
	} {
		if url == "" {
			continue
		}
		if hosts := postgres.InClear(url); len(hosts) > 0 {
			b.Log.WarnContext(ctx, "database connection may be unencrypted; add sslmode=verify-full to the URL", "setting", setting, "hosts", hosts)
		}
	}
}

// shared reports whether other programs may work on the database at the same time.
func (d database) shared() bool { return !d.config.DatabaseURL.IsZero() }

func (d database) file() string { return d.dir.path(databaseFile) }

// String names it for people.
func (d database) String() string {
	if d.shared() {
		return "the PostgreSQL database"
	}
	return fmt.Sprintf("the SQLite database %s", d.file())
}

// existing returns the database of the settings for commands that must not start an empty one because of a
// slip in the path.
func existing(c config.Config, now clock.Clock) (d database, err error) {
	d = database{config: c, clock: now}
	if d.shared() {
		return d, nil
	}
	d.dir, err = existingDataDir(c)
	return d, err
}

// alone returns the database for a command that changes it as a whole, once no server of this data
// directory runs, and a function that lets servers start again.
func alone(c config.Config, now clock.Clock) (d database, release func() error, err error) {
	d = database{config: c, clock: now}
	if d.shared() {
		return d, func() error { return nil }, nil
	}
	if d.dir, err = makeDataDir(c); err != nil {
		return d, nil, err
	}
	lock, err := d.dir.lock()
	if err != nil {
		return d, nil, err
	}
	return d, lock.Close, nil
}

// checkRoles refuses to leave a part of the work to other nodes where there can be none.
func checkRoles(c config.Config) error {
	if !c.DatabaseURL.IsZero() {
		return nil
	}
	for _, role := range config.AllRoles() {
		if !slices.Contains(c.Roles, role) {
			return fault.In("roles", "roles_need_postgres", "This node has no role %q, and with SQLite there is no other that could have it: "+
				"leave roles (--roles, POSTHORN_ROLES) unset, or share a PostgreSQL database with --database.", role)
		}
	}
	if !c.ReadURL.IsZero() {
		return fault.In("database_read_url", "replica_needs_postgres",
			"A read replica belongs to a PostgreSQL database: set POSTHORN_DATABASE_URL too, or unset POSTHORN_DATABASE_READ_URL.")
	}
	return nil
}

// closing closes the store and keeps the first error.
func closing(s store.Store, err *error) { *err = errors.Join(*err, s.Close()) }
