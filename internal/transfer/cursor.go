package transfer

import "iter"

// cursor is a walk that is looked at one item at a time, beside others.
type cursor[T any] struct {
	item  T
	there bool // item is one
	err   error
	next  func() (T, error, bool)
	stop  func()
}

func pull[T any](seq iter.Seq2[T, error]) *cursor[T] {
	c := &cursor[T]{}
	c.next, c.stop = iter.Pull2(seq)
	c.advance()
	return c
}

// advance goes to the next item. A walk that fails has none.
func (c *cursor[T]) advance() {
	c.item, c.err, c.there = c.next()
	c.there = c.there && c.err == nil
}
