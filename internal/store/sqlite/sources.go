package sqlite

import (
	"context"
	"database/sql"

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
		updated_at, application, id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING` + sourceColumns
	updateSource = `UPDATE source SET uid = ?, name = ?, provider = ?, options = ?, secrets = ?, url_hash = ?, url_sealed = ?,
		metadata = ?, disabled = ?, rules = ?, updated_at = ? WHERE key = ? RETURNING` + sourceColumns

	allSources           = selectSource + "id >= ? AND id < ?"
	sourcesOfUID         = "SELECT s.key, s.id, a.uid FROM source s JOIN application a ON a.key = s.application WHERE s.uid = ? ORDER BY s.key"
	sourcesOfApplication = selectSource + "application = ? AND id >= ? AND id < ?"
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

// CreateSource implements store.Sources.
func (s *Store) CreateSource(ctx context.Context, source hook.Source) (hook.Source, error) {
	var stored hook.Source
	err := s.writer.write(ctx, "store the source", func(t *tx) (err error) {
		var exists bool
		err = t.row("SELECT EXISTS (SELECT 1 FROM application WHERE key = ?)", source.ApplicationKey).Scan(&exists)
		if err == nil && !exists {
			return fault.Missing("application")
		}
		if err != nil {
			return err
		}
		stored, err = scanSource(t.row(insertSource, sourceValues(source, source.ApplicationKey, source.ID[:], micros(source.CreatedAt))...))
		return taken("source", err)
	})
	return stored, err
}

// Source implements store.Sources.
func (s *Store) Source(ctx context.Context, application hook.Key, ref store.Ref) (hook.Source, error) {
	condition, value := named(ref)
	switch {
	case application != 0:
		return s.source(ctx, condition+" AND application = ?", value, application)
	case !ref.ID.IsZero():
		return s.source(ctx, condition, value)
	}
	rows, err := s.prompt.QueryContext(ctx, sourcesOfUID, ref.UID)
	key, err := chosenSource(rows, err)
	if err != nil {
		return hook.Source{}, translate("look up the source", err)
	}
	return s.SourceByKey(ctx, key)
}

// chosenSource returns the key of the source that a uid names on a whole server.
func chosenSource(rows *sql.Rows, err error) (hook.Key, error) {
	if err != nil {
		return 0, err
	}
	var choice pack.SourceChoice
	for rows.Next() && err == nil {
		var key hook.Key
		var source id.ID
		var application string
		if err = rows.Scan(&key, pack.IntoID(&source), pack.IntoText(&application)); err == nil {
			choice.Add(key, source, application)
		}
	}
	if err = closeRows(rows, err); err != nil {
		return 0, err
	}
	return choice.Key()
}

// SourceByKey implements store.Sources.
func (s *Store) SourceByKey(ctx context.Context, key hook.Key) (hook.Source, error) {
	return s.source(ctx, "key = ?", key)
}

// SourceByURL implements store.Sources.
func (s *Store) SourceByURL(ctx context.Context, hash [32]byte) (hook.Source, error) {
	return s.source(ctx, "url_hash = ?", hash[:])
}

func (s *Store) source(ctx context.Context, condition string, values ...any) (hook.Source, error) {
	source, err := scanSource(s.prompt.QueryRowContext(ctx, selectSource+condition, values...))
	return source, found("source", err)
}

// UpdateSource implements store.Sources.
func (s *Store) UpdateSource(ctx context.Context, ref store.Ref, change func(*hook.Source) error) (hook.Source, error) {
	var stored hook.Source
	err := s.writer.write(ctx, "store the source", func(t *tx) error {
		source, err := sourceIn(t, ref)
		if err != nil {
			return err
		}
		if err := change(&source); err != nil {
			return err
		}
		stored, err = scanSource(t.row(updateSource, sourceValues(source, source.Key)...))
		return taken("source", err)
	})
	return stored, err
}

func sourceIn(t *tx, ref store.Ref) (hook.Source, error) {
	condition, value := named(ref)
	if ref.ID.IsZero() {
		key, err := chosenSource(t.query(sourcesOfUID, ref.UID))
		if err != nil {
			return hook.Source{}, err
		}
		condition, value = "key = ?", key
	}
	source, err := scanSource(t.row(selectSource+condition, value))
	return source, found("source", err)
}

// DeleteSource implements store.Sources. What it received may be very much, so that goes with the next purges.
func (s *Store) DeleteSource(ctx context.Context, ref store.Ref) (hook.Source, error) {
	var removed hook.Source
	err := s.writer.write(ctx, "remove the source", func(t *tx) (err error) {
		if removed, err = sourceIn(t, ref); err != nil {
			return err
		}
		if err := t.exec("INSERT INTO gone_source VALUES (?)", removed.Key); err != nil {
			return err
		}
		return t.exec("DELETE FROM source WHERE key = ?", removed.Key)
	})
	return removed, err
}

// ListSources implements store.Sources.
func (s *Store) ListSources(ctx context.Context, application hook.Key, page store.Page[id.ID]) (store.List[hook.Source, id.ID], error) {
	low, high := walk.IDs(page, walk.Span{})
	query, args := allSources, []any{low, high}
	if application != 0 {
		query, args = sourcesOfApplication, []any{application, low, high}
	}
	rows, err := s.read.QueryContext(ctx, order(query, "id", page), args...)
	if err != nil {
		return store.List[hook.Source, id.ID]{}, translate("list the sources", err)
	}
	return collect(rows, page, func(from scanner) (walk.Entry[hook.Source, id.ID], error) {
		source, err := scanSource(from)
		return walk.Entry[hook.Source, id.ID]{Item: source, At: source.ID, Keep: true, Size: walk.SizeOfSource(source)}, err
	})
}
