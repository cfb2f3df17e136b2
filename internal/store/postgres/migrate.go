package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/posthorn/posthorn/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable))
}

// The table with the number of the schema. Until schema 11 it had the name that goose gives it, which other programs in the
// same schema use as well.
const (
	versionTable       = "posthorn_schema_version"
	formerVersionTable = "goose_db_version"
	versionTableSince  = 11
)

// hasFormer tells the former table of Posthorn from that of another program by the tables that only Posthorn has beside it.
const hasFormer = `SELECT to_regclass('` + versionTable + `') IS NULL AND to_regclass('` + formerVersionTable + `') IS NOT NULL
	AND to_regclass('open_message') IS NOT NULL AND EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('run') AND attname = 'buried_at')`

// adoptFormer gives a version table of before schema 11 its name of today.
func adoptFormer(ctx context.Context, db *sql.DB) error {
	var former bool
	if err := db.QueryRowContext(ctx, hasFormer).Scan(&former); err != nil || !former {
		return err
	}
	_, err := db.ExecContext(ctx, "ALTER TABLE "+formerVersionTable+" RENAME TO "+versionTable)
	return err
}

// leaveFormer gives the version table the name by which programs of before schema 11 find it.
func leaveFormer(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "ALTER TABLE "+versionTable+" RENAME TO "+formerVersionTable)
	if stateOf(err) == duplicateTable {
		return fault.New(fault.Conflict, "version_table_taken", "The schema has a table "+formerVersionTable+" of another program, and programs of before "+
			"schema 11 need that name: rename it, or go back to schema 11 at the least.")
	}
	return err
}

// migrate brings the schema up to the newest migration of this program. Of several that start at the same time
// one does it and the others wait, for a lock that a transaction beside it holds: one that a session holds would
// be lost in a pool of connections.
func (s *Store) migrate(ctx context.Context) error {
	return s.write(ctx, "migrate the database", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, patientLock); err != nil {
			return err
		}
		if err := alone(ctx, tx, migrating); err != nil {
			return err
		}
		have, want, err := s.versions(ctx)
		if err == nil && have < want {
			err = s.checkMayCreate(ctx)
		}
		if err != nil {
			return err
		}
		db := stdlib.OpenDBFromPool(s.hot)
		if err := errors.Join(up(ctx, db), db.Close()); err != nil {
			return err
		}
		if err := alone(ctx, tx, beginning); err != nil {
			return err
		}
		return s.enoughDays(ctx, tx)
	})
}

// patientLock keeps the transaction with the lock, which says nothing while a migration takes its time beside it.
const patientLock = "SET LOCAL idle_in_transaction_session_timeout = 0"

func up(ctx context.Context, db *sql.DB) error {
	if err := adoptFormer(ctx, db); err != nil {
		return translate("rename the version table", err)
	}
	p, err := provider(db)
	if err != nil {
		return translate("read the migrations", err)
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return translate("read the schema's version", err)
	}
	if newest := newestOf(p); have > newest {
		return fault.New(fault.Unavailable, "schema_too_new",
			"The database has schema %d, this program knows schemas up to %d: start the newer program that wrote it.", have, newest)
	}
	if _, err := p.Up(ctx); err != nil && !errors.Is(err, goose.ErrNoNextVersion) {
		return translate("migrate the database", err)
	}
	return nil
}

func newestOf(p *goose.Provider) int64 {
	sources := p.ListSources()
	return sources[len(sources)-1].Version
}

// Schema returns the number of the schema that the database has, zero for none, and of the one that this
// program wants. It changes nothing.
func Schema(ctx context.Context, o Options) (have, want int64, err error) {
	s := &Store{clock: o.Clock}
	defer s.disconnect()
	if err := s.connect(ctx, o); err != nil {
		return 0, 0, err
	}
	return s.versions(ctx)
}

// versions does not ask goose for what there is, which would make its table where there is none.
func (s *Store) versions(ctx context.Context) (have, want int64, err error) {
	db := stdlib.OpenDBFromPool(s.prompt)
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := provider(db)
	if err != nil {
		return 0, 0, translate("read the migrations", err)
	}
	var own, former bool
	err = s.prompt.QueryRow(ctx, "SELECT to_regclass('"+versionTable+"') IS NOT NULL, ("+hasFormer+")").Scan(&own, &former)
	table := versionTable
	if former {
		table = formerVersionTable
	}
	if err == nil && (own || former) {
		err = s.prompt.QueryRow(ctx, "SELECT max(version_id) FROM "+table).Scan(&have)
	}
	return have, newestOf(p), translate("read the schema's version", err)
}

// matches refuses a schema that is not the newest that this program knows.
func (s *Store) matches(ctx context.Context) error {
	have, want, err := s.versions(ctx)
	if err != nil || have == want {
		return err
	}
	return fault.New(fault.Unavailable, "schema_differs", "The database has schema %d, this program needs schema %d: "+
		"use the program that the servers run, or run `posthorn migrate up`.", have, want)
}
