// Package walk turns rows that come in order into a page of a list. It is the same for every engine, so that
// their cursors, the ends of their lists and the bound on what a page reads are the same too.
package walk

import "github.com/posthorn/posthorn/internal/store"

// Most bounds the rows that one page reads. A filter that matches rarely costs this much and gives
// a short page, whose cursor stands on the last row that was read, so that the next page makes progress.
const Most = 10_000

// Falling reports whether a page is read from large to small cursors.
func Falling[C any](page store.Page[C]) bool { return page.Ascending == page.Backward }

// Entry is what reading one row of a list gives: the item, its place, whether the filter keeps it, and the bytes of
// content that it adds to the page.
type Entry[T, C any] struct {
	Item T
	At   C
	Keep bool
	Size int64
}

// Walk is a page on the way: rows are taken in the order in which they are read.
type Walk[T, C any] struct {
	page  store.Page[C]
	items []Entry[T, C]
	first *C // the first row that was taken, kept or not
	last  *C // the last one
	read  int
	bytes int64
	over  bool
}

// New begins a page.
func New[T, C any](page store.Page[C]) *Walk[T, C] { return &Walk[T, C]{page: page} }

// Take takes the next row and reports whether the page wants more. It goes on behind a full page until it meets
// another item, so that a list that can say it is done does.
func (w *Walk[T, C]) Take(next Entry[T, C]) (more bool) {
	if w.read == Most || next.Keep && w.full(next.Size) {
		w.over = true
		return false
	}
	w.read++
	w.last = &next.At
	if w.first == nil {
		w.first = &next.At
	}
	if next.Keep {
		w.items = append(w.items, next)
		w.bytes += next.Size
	}
	return true
}

// full reports whether the page has no place for another item of so many bytes.
func (w *Walk[T, C]) full(size int64) bool {
	return len(w.items) >= w.page.Limit || len(w.items) > 0 && w.bytes+size > store.PageBytes
}

// Rest is the page behind what was taken, for an engine that reads in pieces.
func (w *Walk[T, C]) Rest() store.Page[C] {
	rest := w.page
	if w.last != nil {
		rest.From = w.last
	}
	return rest
}

// List returns what was taken in the list's own order, with cursors for both directions. Unless Take wanted
// no more, the rows have come to their end.
func (w *Walk[T, C]) List() store.List[T, C] {
	behind, ahead := w.edges()
	list := store.List[T, C]{Items: make([]T, len(w.items)), First: behind, Last: ahead, Done: !w.over, Bytes: w.bytes}
	for i, item := range w.items {
		if w.page.Backward {
			i = len(w.items) - 1 - i
		}
		list.Items[i] = item.Item
	}
	if w.page.Backward {
		list.First, list.Last = ahead, behind
	}
	return list
}

// edges returns where the walk came from and where it goes on. It goes on behind the last item, unless
// it stopped among rows that the filter leaves out. An empty walk came from nowhere: to turn round on
// From would leave out From itself.
func (w *Walk[T, C]) edges() (behind, ahead *C) {
	n := len(w.items)
	switch {
	case n == 0 && w.read == 0:
		return nil, w.page.From
	case n == 0:
		return w.first, w.last
	case n < w.page.Limit && w.over:
		return &w.items[0].At, w.last
	default:
		return &w.items[0].At, &w.items[n-1].At
	}
}
