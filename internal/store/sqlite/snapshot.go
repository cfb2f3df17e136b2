package sqlite

import (
	"context"
	"database/sql"

	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/walk"
)

// snapshot is a reader's view of the database: what it reads fits together, whatever is written beside
// it, and what it reads for every item of a page is prepared once.
type snapshot struct{ tx *sql.Tx }

// look runs read on a snapshot.
func (s *Store) look(ctx context.Context, doing string, read func(snapshot) error) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return translate(doing, err)
	}
	defer tx.Rollback()
	return translate(doing, read(snapshot{tx}))
}

// pageOf reads a page of what scan makes of the rows of a query.
func pageOf[T, C any](ctx context.Context, view snapshot, page store.Page[C], scan func(scanner) (walk.Entry[T, C], error),
	query string, args ...any,
) (store.List[T, C], error) {
	rows, err := view.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return store.List[T, C]{}, err
	}
	return collect(rows, page, scan)
}

// fill turns the short items of a page into whole ones, each with one run of the query. A list is read
// in two steps so that what the filter leaves out costs no payload.
func fill[S, T, C any](ctx context.Context, view snapshot, short store.List[S, C], query string,
	one func(find func(args ...any) scanner, item S) (T, error),
) (whole store.List[T, C], err error) {
	stmt, err := view.tx.PrepareContext(ctx, query)
	if err != nil {
		return whole, err
	}
	defer func() { err = closeStmt(stmt, err) }()
	find := func(args ...any) scanner { return stmt.QueryRowContext(ctx, args...) }
	items := make([]T, len(short.Items))
	for i, item := range short.Items {
		if items[i], err = one(find, item); err != nil {
			return whole, err
		}
	}
	return store.List[T, C]{Items: items, First: short.First, Last: short.Last, Done: short.Done, Bytes: short.Bytes}, nil
}
