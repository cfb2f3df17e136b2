package store

// Page asks for part of a list. The order is by cursor, falling unless Ascending.
type Page[C any] struct {
	Limit     int  // at least 1
	Ascending bool // smallest first
	From      *C   // the item that the page begins behind, itself left out; nil is the beginning
	Backward  bool // walk against the order from From; the items still come in the list's order
}

// List is one page. A bounded page may hold fewer items than asked for and still not be the last.
type List[T, C any] struct {
	Items []T
	First *C // cursor that walks backward from this page; nil if there is nothing to stand on
	Last  *C // cursor that goes on behind this page; nil if there is nothing to stand on
	Done  bool
}
