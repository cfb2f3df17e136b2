package sqlite

import (
	"bytes"
	"database/sql"
	"time"

	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// scanLimit bounds the rows that one page reads. A filter that matches rarely costs this much and gives
// a short page, whose cursor stands on the last row that was read, so that the next page makes progress.
const scanLimit = 10_000

// falling reports whether a page is read from large to small cursors.
func falling[C any](page store.Page[C]) bool { return page.Ascending == page.Backward }

// order completes a query over one ordered column for a page. Rows come one by one as they are asked
// for, so the query ends when the page is full and needs no limit of its own.
func order[C any](query, column string, page store.Page[C]) string {
	if falling(page) {
		return query + " ORDER BY " + column + " DESC"
	}
	return query + " ORDER BY " + column
}

// span is a stretch of time, both ends left out. A zero end is open.
type span struct{ after, before time.Time }

// idRange returns the ids that a page may hold as [low, high), by its beginning and by time: ids say when
// they were made.
func idRange(page store.Page[id.ID], within span) (low, high []byte) {
	low, high = []byte{0}, bytes.Repeat([]byte{0xff}, len(id.ID{})+1)
	if !within.after.IsZero() {
		// The instant is left out with all of its microsecond, for ids are finer than the times we show.
		floor := id.Floor(within.after.Truncate(time.Microsecond).Add(time.Microsecond))
		low = floor[:]
	}
	if !within.before.IsZero() {
		floor := id.Floor(within.before.Truncate(time.Microsecond))
		high = floor[:]
	}
	switch {
	case page.From == nil:
	case falling(page):
		high = least(high, page.From[:])
	default:
		low = most(low, append(page.From[:], 0)) // the smallest text of bytes behind From
	}
	return low, high
}

func least(a, b []byte) []byte {
	if bytes.Compare(a, b) < 0 {
		return a
	}
	return b
}

func most(a, b []byte) []byte {
	if bytes.Compare(a, b) > 0 {
		return a
	}
	return b
}

// entry is what reading one row of a list gives: the item, its place, and whether the filter keeps it.
type entry[T, C any] struct {
	item T
	at   C
	keep bool
}

// walk is a page on the way: items in the order in which they are read.
type walk[T, C any] struct {
	page  store.Page[C]
	items []entry[T, C]
	first *C // the first row that was read, kept or not
	last  *C // the last one
	read  int
}

// collect reads a page from rows that come in the page's direction, and closes them. It goes on behind
// a full page until it meets another item, so that a list that can say it is done does.
func collect[T, C any](rows *sql.Rows, page store.Page[C], scan func(scanner) (entry[T, C], error)) (list store.List[T, C], err error) {
	defer func() { err = translate("read a list", closeRows(rows, err)) }()
	w := walk[T, C]{page: page}
	for rows.Next() {
		if w.read == scanLimit {
			return w.list(false), nil
		}
		next, err := scan(rows)
		if err != nil {
			return list, err
		}
		if next.keep && len(w.items) >= page.Limit {
			return w.list(false), nil
		}
		w.take(next)
	}
	return w.list(true), nil
}

func (w *walk[T, C]) take(next entry[T, C]) {
	w.read++
	w.last = &next.at
	if w.first == nil {
		w.first = &next.at
	}
	if next.keep {
		w.items = append(w.items, next)
	}
}

// list returns what was read in the list's own order, with cursors for both directions.
func (w *walk[T, C]) list(done bool) store.List[T, C] {
	behind, ahead := w.edges(done)
	list := store.List[T, C]{Items: make([]T, len(w.items)), First: behind, Last: ahead, Done: done}
	for i, item := range w.items {
		if w.page.Backward {
			i = len(w.items) - 1 - i
		}
		list.Items[i] = item.item
	}
	if w.page.Backward {
		list.First, list.Last = ahead, behind
	}
	return list
}

// edges returns where the walk came from and where it goes on. It goes on behind the last item, unless
// it stopped among rows that the filter leaves out. An empty walk came from nowhere: to turn round on
// From would leave out From itself.
func (w *walk[T, C]) edges(done bool) (behind, ahead *C) {
	n := len(w.items)
	switch {
	case n == 0 && w.read == 0:
		return nil, w.page.From
	case n == 0:
		return w.first, w.last
	case n < w.page.Limit && !done:
		return &w.items[0].at, w.last
	default:
		return &w.items[0].at, &w.items[n-1].at
	}
}
