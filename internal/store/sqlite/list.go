package sqlite

import (
	"database/sql"

	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/walk"
)

// order completes a query over one ordered column for a page. Rows come one by one as they are asked
// for, so the query ends when the page is full and needs no limit of its own.
func order[C any](query, column string, page store.Page[C]) string {
	if walk.Falling(page) {
		return query + " ORDER BY " + column + " DESC"
	}
	return query + " ORDER BY " + column
}

// collect reads a page from rows that come in the page's direction, and closes them.
func collect[T, C any](rows *sql.Rows, page store.Page[C], scan func(scanner) (walk.Entry[T, C], error)) (list store.List[T, C], err error) {
	defer func() { err = translate("read a list", closeRows(rows, err)) }()
	w := walk.New[T](page)
	for more := true; more && rows.Next(); {
		next, err := scan(rows)
		if err != nil {
			return list, err
		}
		more = w.Take(next)
	}
	list = w.List()
	return list, page.Reserve(list.Bytes)
}
