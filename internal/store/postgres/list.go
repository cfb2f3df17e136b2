package postgres

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/walk"
)

// asker is what a query runs on: a pool or a transaction.
type asker interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// firstPiece is how many rows of a list are read at least: most pages are not larger.
const firstPiece = 16

// piece returns how many rows to read at a time to get those wanted: one of a few numbers, each a statement
// that is prepared once.
func piece(want int) int {
	size := firstPiece
	for size < want && size <= walk.Most {
		size *= 4
	}
	return min(size, walk.Most+1)
}

// ordered completes a query over ordered columns: {order} becomes the direction of the page and {rows} how many
// are read, which a plan is made for: of a parameter the planner would think that it asks for a tenth of history.
func ordered[C any](query string, page store.Page[C], rows int) string {
	direction := "ASC"
	if walk.Falling(page) {
		direction = "DESC"
	}
	return strings.NewReplacer("{order}", direction, "{rows}", strconv.Itoa(rows)).Replace(query)
}

// question is a list to be read in pieces: the query of one of them, the arguments for the rest of a page, and what a
// row says. A piece at a time, since a server sends all rows of a query, wanted or not; the embedded
// engine stops where its reader does.
type question[T, C any] struct {
	query string
	args  func(rest store.Page[C]) []any
	scan  func(scanner) (walk.Entry[T, C], error)
}

// page reads a page, in larger pieces while the filter leaves out what they hold.
func (q question[T, C]) page(ctx context.Context, from asker, page store.Page[C]) (store.List[T, C], error) {
	w := walk.New[T](page)
	for rows := piece(page.Limit + 1); ; rows = piece(4 * rows) {
		read, more, err := q.take(ctx, from, w, rows)
		if err != nil {
			return store.List[T, C]{}, err
		}
		if !more || read < rows {
			list := w.List()
			return list, page.Reserve(list.Bytes)
		}
	}
}

// take reads one piece and returns how many rows it had, up to where the page wanted no more.
func (q question[T, C]) take(ctx context.Context, from asker, w *walk.Walk[T, C], most int) (read int, more bool, err error) {
	rest := w.Rest()
	rows, err := from.Query(ctx, ordered(q.query, rest, most), q.args(rest)...)
	if err != nil {
		return 0, false, err
	}
	defer rows.Close()
	for more = true; more && rows.Next(); read++ {
		next, err := q.scan(rows)
		if err != nil {
			return read, false, err
		}
		more = w.Take(next)
	}
	rows.Close()
	return read, more, rows.Err()
}

// fill turns the short items of a page into whole ones. A list is read in two steps so that what the filter
// leaves out costs no payload. The query gives them in any order with their place, counted from one; an
// item that was purged between the steps is left out.
func fill[S, T, C any](ctx context.Context, from asker, short store.List[S, C], scan func(row scanner, place *int) (T, error),
	query string, args ...any,
) (store.List[T, C], error) {
	whole := store.List[T, C]{Items: []T{}, First: short.First, Last: short.Last, Done: short.Done, Bytes: short.Bytes}
	if len(short.Items) == 0 {
		return whole, nil
	}
	found := make([]*T, len(short.Items))
	err := each(ctx, from, func(row scanner) error {
		var place int
		item, err := scan(row, &place)
		if err == nil {
			found[place-1] = &item
		}
		return err
	}, query, args...)
	for _, item := range found {
		if item != nil {
			whole.Items = append(whole.Items, *item)
		}
	}
	return whole, err
}

// each runs a query and hands its rows to take.
func each(ctx context.Context, from asker, take func(scanner) error, query string, args ...any) error {
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
