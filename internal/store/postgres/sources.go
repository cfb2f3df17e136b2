package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/pack"
	"github.com/posthorn/posthorn/internal/store/walk"
)

const (
	sourceColumns = ` key, application, id, uid, name, provider, options, secrets, url_hash, url_sealed, metadata, disabled,
		rules, created_at, updated_at `

	selectSource = "SELECT" + sourceColumns + "FROM source WHERE "
	insertSource = `INSERT INTO source (uid, name, provider, options, secrets, url_hash, url_sealed, metadata, disabled, rules,
		updated_at, application, id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING` + sourceColumns
	updateSource = `UPDATE source SET uid = $1, name = $2, provider = $3, options = $4, secrets = $5, url_hash = $6, url_sealed = $7,
		metadata = $8, disabled = $9, rules = $10, updated_at = $11 WHERE key = $12 RETURNING` + sourceColumns

	noteGone      = "INSERT INTO gone_source VALUES ($1, " + databaseNow + ")"
	removeSources = `WITH gone AS (DELETE FROM source WHERE application = $1 RETURNING key)
		INSERT INTO gone_source SELECT key, ` + databaseNow + ` FROM gone`

	sourcesOfUID         = "SELECT s.key, s.id, a.uid FROM source s JOIN application a ON a.key = s.application WHERE s.uid = $1 ORDER BY s.key"
	allSources           = selectSource + "id >= $1 AND id < $2 ORDER BY id {order} LIMIT {rows}"
	sourcesOfApplication = selectSource + "id >= $1 AND id < $2 AND application = $3 ORDER BY id {order} LIMIT {rows}"
)

func scanSource(row scanner) (hook.Source, error) {
	var s hook.Source
	err := row.Scan(&s.Key, &s.ApplicationKey, pack.IntoID(&s.ID), pack.IntoText(&s.UID), &s.Name, &s.Provider,
		pack.IntoJSON(&s.Options), pack.IntoJSON(&s.Secrets), pack.IntoHash(&s.URLHash), &s.URLSealed, pack.IntoJSON(&s.Metadata),
		&s.Disabled, pack.IntoJSON(&s.Rules), pack.IntoTime(&s.CreatedAt), pack.IntoTime(&s.UpdatedAt))
	return s, err
}

// sourceValues are what may change about a source, in the order of the statements above, followed by more.
func sourceValues(s hook.Source, more ...any) []any {
	return append([]any{textOrNull(s.UID), s.Name, s.Provider, pack.Labels(s.Options), pack.SourceSecrets(s.Secrets), s.URLHash[:],
		append([]byte{}, s.URLSealed...), metadataText(s.Metadata), s.Disabled, pack.Rules(s.Rules), micros(s.UpdatedAt)}, more...)
}

// sourceChanged is what a change of one of an application's sources is called.
func sourceChanged(application hook.Key) store.Change {
	return store.Change{Kind: store.SourceChanged, Application: application}
}

// CreateSource implements store.Sources.
func (s *Store) CreateSource(ctx context.Context, source hook.Source) (hook.Source, error) {
	var stored hook.Source
	err := s.write(ctx, "store the source", func(tx pgx.Tx) (err error) {
		var one int
		err = tx.QueryRow(ctx, holdApplication, source.ApplicationKey).Scan(&one)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("application")
		}
		if err != nil {
			return err
		}
		stored, err = scanSource(tx.QueryRow(ctx, insertSource,
			sourceValues(source, source.ApplicationKey, source.ID[:], micros(source.CreatedAt))...))
		if err != nil {
			return taken("source", err)
		}
		return s.changed(ctx, tx, sourceChanged(stored.ApplicationKey))
	})
	return stored, err
}

// Source implements store.Sources.
func (s *Store) Source(ctx context.Context, application hook.Key, ref store.Ref) (hook.Source, error) {
	condition, value := named(ref)
	switch {
	case application != 0:
		return s.source(ctx, condition+" AND application = $2", value, application)
	case !ref.ID.IsZero():
		return s.source(ctx, condition, value)
	}
	key, err := chosenSource(ctx, s.prompt, ref.UID)
	if err != nil {
		return hook.Source{}, translate("look up the source", err)
	}
	return s.SourceByKey(ctx, key)
}

// chosenSource returns the key of the source that a uid names on a whole server.
func chosenSource(ctx context.Context, from asker, uid string) (hook.Key, error) {
	var choice pack.SourceChoice
	err := each(ctx, from, func(row scanner) error {
		var key hook.Key
		var source id.ID
		var application string
		err := row.Scan(&key, pack.IntoID(&source), pack.IntoText(&application))
		choice.Add(key, source, application)
		return err
	}, sourcesOfUID, sought(uid))
	if err != nil {
		return 0, err
	}
	return choice.Key()
}

// SourceByKey implements store.Sources.
func (s *Store) SourceByKey(ctx context.Context, key hook.Key) (hook.Source, error) {
	return s.source(ctx, "key = $1", key)
}

// SourceByURL implements store.Sources.
func (s *Store) SourceByURL(ctx context.Context, hash [32]byte) (hook.Source, error) {
	return s.source(ctx, "url_hash = $1", hash[:])
}

func (s *Store) source(ctx context.Context, condition string, values ...any) (hook.Source, error) {
	source, err := scanSource(s.prompt.QueryRow(ctx, selectSource+condition, values...))
	return source, found("source", err)
}

// UpdateSource implements store.Sources. Changes by other nodes wait until this one is stored.
func (s *Store) UpdateSource(ctx context.Context, ref store.Ref, change func(*hook.Source) error) (hook.Source, error) {
	var stored hook.Source
	err := s.write(ctx, "store the source", func(tx pgx.Tx) error {
		source, err := sourceIn(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := change(&source); err != nil {
			return err
		}
		stored, err = scanSource(tx.QueryRow(ctx, updateSource, sourceValues(source, source.Key)...))
		if err != nil {
			return taken("source", err)
		}
		return s.changed(ctx, tx, sourceChanged(stored.ApplicationKey))
	})
	return stored, err
}

// sourceIn reads a source to change it: until tx ends, changes by other nodes wait for this one.
func sourceIn(ctx context.Context, tx pgx.Tx, ref store.Ref) (hook.Source, error) {
	condition, value := named(ref)
	if ref.ID.IsZero() {
		key, err := chosenSource(ctx, tx, ref.UID)
		if err != nil {
			return hook.Source{}, err
		}
		condition, value = "key = $1", key
	}
	source, err := scanSource(tx.QueryRow(ctx, selectSource+condition+" FOR UPDATE", value))
	return source, found("source", err)
}

// DeleteSource implements store.Sources. What it received may be very much, so that goes with the next purges.
func (s *Store) DeleteSource(ctx context.Context, ref store.Ref) (hook.Source, error) {
	var removed hook.Source
	err := s.write(ctx, "remove the source", func(tx pgx.Tx) (err error) {
		if removed, err = sourceIn(ctx, tx, ref); err != nil {
			return err
		}
		for _, query := range []string{noteGone, "DELETE FROM source WHERE key = $1"} {
			if _, err := tx.Exec(ctx, query, removed.Key); err != nil {
				return err
			}
		}
		return s.changed(ctx, tx, sourceChanged(removed.ApplicationKey))
	})
	return removed, err
}

// ListSources implements store.Sources.
func (s *Store) ListSources(ctx context.Context, application hook.Key, page store.Page[id.ID]) (list store.List[hook.Source, id.ID], err error) {
	listed := question[hook.Source, id.ID]{
		query: allSources,
		args: func(rest store.Page[id.ID]) []any {
			low, high := walk.IDs(rest, walk.Span{})
			if application != 0 {
				return []any{low, high, application}
			}
			return []any{low, high}
		},
		scan: func(from scanner) (walk.Entry[hook.Source, id.ID], error) {
			source, err := scanSource(from)
			return walk.Entry[hook.Source, id.ID]{Item: source, At: source.ID, Keep: true, Size: walk.SizeOfSource(source)}, err
		},
	}
	if application != 0 {
		listed.query = sourcesOfApplication
	}
	err = s.view(ctx, "list the sources", func(tx pgx.Tx) (err error) {
		list, err = listed.page(ctx, tx, page)
		return err
	})
	return list, err
}
