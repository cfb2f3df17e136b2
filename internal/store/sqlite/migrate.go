package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"

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
	return goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
}

// migrate brings the schema up to the newest migration of this program.
func migrate(ctx context.Context, db *sql.DB) error {
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

// Schema returns the number of the schema that the database file has, zero for none, and of the one that
// this program wants. It changes nothing.
func Schema(ctx context.Context, path string) (have, want int64, err error) {
	db, err := openPool(path, 1)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = opening(path, errors.Join(err, db.Close())) }()
	return versions(ctx, db)
}

// versions does not ask goose for what there is, which would make its table where there is none.
func versions(ctx context.Context, db *sql.DB) (have, want int64, err error) {
	p, err := provider(db)
	if err != nil {
		return 0, 0, translate("read the migrations", err)
	}
	var any bool
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'goose_db_version')").Scan(&any)
	if err == nil && any {
		err = db.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&have)
	}
	return have, newestOf(p), translate("read the schema's version", err)
}

// matches refuses a schema that is not the newest that this program knows.
func matches(ctx context.Context, db *sql.DB) error {
	have, want, err := versions(ctx, db)
	if err != nil || have == want {
		return err
	}
	return fault.New(fault.Unavailable, "schema_differs", "The database has schema %d, this program needs schema %d: "+
		"use the program that the server runs, or stop the server and run `posthorn migrate up`.", have, want)
}

// MigrateDown takes the schema of the database file back to the given one. Nobody else may have it open.
func MigrateDown(ctx context.Context, path string, to int64) error {
	db, err := sql.Open("sqlite", dsn(path, writerCache, "_txlock=immediate"))
	if err != nil {
		return translate("open the database", err)
	}
	db.SetMaxOpenConns(1)
	p, err := provider(db)
	if err == nil {
		_, err = p.DownTo(ctx, to)
	}
	return errors.Join(translate("take the schema back", err), db.Close())
}
