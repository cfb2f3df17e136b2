package store

// PageBytes is the most content of one page: bytes of payloads, response bodies, received bodies, schemas and whatever else
// callers choose the length of. A single item that is larger makes a page of its own.
const PageBytes = 4 << 20

// Page asks for part of a list. The order is by cursor, falling unless Ascending.
type Page[C any] struct {
	Limit     int  // at least 1
	Ascending bool // smallest first
	From      *C   // the item that the page begins behind, itself left out; nil is the beginning
	Backward  bool // walk against the order from From; the items still come in the list's order
	// Hold is called with the bytes of content of the page before they are read. Its error ends the read and is returned.
	// A read that is repeated calls it again. May be nil.
	Hold func(bytes int64) error
}

// Reserve calls Hold for a page with so many bytes of content.
func (p Page[C]) Reserve(bytes int64) error {
	if p.Hold == nil || bytes == 0 {
		return nil
	}
	return p.Hold(bytes)
}

// List is one page. It may hold fewer items than asked for and still not be the last: a page is bounded in the rows that it
// reads and by PageBytes.
type List[T, C any] struct {
	Items []T
	First *C // cursor that walks backward from this page; nil if there is nothing to stand on
	Last  *C // cursor that goes on behind this page; nil if there is nothing to stand on
	Done  bool
	Bytes int64 // size of the content of the items
}
