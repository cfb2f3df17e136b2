package api

import "io"

// WriteList writes a page as an answer does.
func WriteList[T any](to io.Writer, page ListResponse[T]) error { return page.write(to) }
