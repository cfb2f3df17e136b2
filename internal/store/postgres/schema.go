package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/posthorn/posthorn/internal/fault"
)

// findSchema returns the schema that has Posthorn's tables, else the one in which they would be made.
const findSchema = `SELECT coalesce((SELECT p.name FROM unnest(current_schemas(false)) WITH ORDINALITY AS p (name, place)
		WHERE EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = p.name AND c.relname = 'open_message' AND c.relkind = 'r')
		ORDER BY p.place LIMIT 1), current_schema(), '')`

// pinSchema finds the schema to work in and makes every connection that is opened later work in that one alone: a schema that
// another role puts in front of it, such as one with the name of this role, must not take the place of its tables. A pooler
// in transaction mode passes the setting on to the connections on which it was made; the others keep the path of the role.
func (s *Store) pinSchema(ctx context.Context, config *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return translate("connect to the database", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // only read
	var schema string
	if err := conn.QueryRow(ctx, findSchema).Scan(&schema); err != nil {
		return translate("find the schema", err)
	}
	if schema == "" {
		return noSchemaFault(ctx, conn)
	}
	s.pin = "SET search_path TO " + pgx.Identifier{schema}.Sanitize()
	return nil
}

// findClosedSchema returns the role and the first schema of its path that is there but that the role may not use.
const findClosedSchema = `SELECT quote_ident(current_user), coalesce((SELECT quote_ident(n.nspname)
	FROM unnest(string_to_array(current_setting('search_path'), ',')) WITH ORDINALITY AS p (name, place)
	JOIN pg_namespace n ON n.nspname = CASE btrim(p.name, ' "') WHEN '$user' THEN current_user ELSE btrim(p.name, ' "') END
	WHERE NOT has_schema_privilege(n.oid, 'USAGE') ORDER BY p.place LIMIT 1), '')`

// noSchemaFault tells a role without a schema from one that lacks the right to use it.
func noSchemaFault(ctx context.Context, conn *pgx.Conn) error {
	var role, closed string
	if err := conn.QueryRow(ctx, findClosedSchema).Scan(&role, &closed); err != nil {
		return translate("find the schema", err)
	}
	if closed != "" {
		return fault.New(fault.Unavailable, "database_rights", "The role %[1]s may not use the schema %[2]s of the PostgreSQL database: "+
			"run GRANT USAGE ON SCHEMA %[2]s TO %[1]s as its owner.", role, closed)
	}
	return fault.New(fault.Unavailable, "database_schema", "The role %[1]s of the PostgreSQL URL has no schema to work in: create one, "+
		"such as with CREATE SCHEMA posthorn AUTHORIZATION %[1]s, and add search_path=posthorn to the parameters of the URL.", role)
}

// pinned sets the schema on a new connection.
func (s *Store) pinned(ctx context.Context, conn *pgconn.PgConn) error {
	_, err := conn.Exec(ctx, s.pin).ReadAll()
	return err
}

// rights are what the role of the URL may do beyond reading and writing rows.
type rights struct {
	role, schema string // quoted
	create       bool   // tables in the schema
	own          bool   // the tables that are divided by days, or there are none yet
	owner        string // of Posthorn's tables, quoted; empty if the role has its rights or there are none yet
}

const selectRights = `SELECT quote_ident(current_user), quote_ident(current_schema()), has_schema_privilege(current_schema(), 'CREATE'),
	coalesce((SELECT bool_and(pg_has_role(c.relowner, 'USAGE')) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relkind = 'p' AND c.relname = ANY($1::text[])), true),
	coalesce((SELECT quote_ident(pg_get_userbyid(c.relowner)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname = 'open_message' AND NOT pg_has_role(c.relowner, 'USAGE')), '')`

func (s *Store) rights(ctx context.Context) (r rights, err error) {
	err = s.prompt.QueryRow(ctx, selectRights, partitioned()).Scan(&r.role, &r.schema, &r.create, &r.own, &r.owner)
	return r, translate("read the rights of the role", err)
}

// checkMayCreate refuses to make or change tables where the role may not.
func (s *Store) checkMayCreate(ctx context.Context) error {
	r, err := s.rights(ctx)
	if err != nil || r.create {
		return err
	}
	if r.owner != "" {
		return fault.New(fault.Unavailable, "database_rights", "The schema of the database has to be brought up to date, and the tables in %s belong to the role %s: "+
			"run `posthorn migrate up` as their owner, with its URL.", r.schema, r.owner)
	}
	return fault.New(fault.Unavailable, "database_rights", "The role %[1]s may not create tables in the schema %[2]s of the PostgreSQL database, "+
		"as is the default for public since release 15: run GRANT CREATE ON SCHEMA %[2]s TO %[1]s as its owner, "+
		"or create a schema for it with CREATE SCHEMA posthorn AUTHORIZATION %[1]s and add search_path=posthorn to the parameters of the URL.",
		r.role, r.schema)
}

// Partitions returns when the tables that are divided by days end, and whether this run's role can make more of them. From
// then on nothing can be published.
func (s *Store) Partitions(ctx context.Context) (until time.Time, makes bool, err error) {
	r, err := s.rights(ctx)
	if err != nil {
		return until, false, err
	}
	var have map[string]bool
	err = pgx.BeginFunc(ctx, s.prompt, func(tx pgx.Tx) (err error) {
		have, err = partitions(ctx, tx)
		return err
	})
	for _, table := range partitioned() {
		if end := newestDay(have, table).AddDate(0, 0, 1); until.IsZero() || end.Before(until) {
			until = end
		}
	}
	return until, r.create && r.own, translate("read the partitions", err)
}
