package api

import (
	"bytes"
	"context"
	"io"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// PageQuery asks for a page of a list.
type PageQuery struct {
	Limit    int    `query:"limit" minimum:"1" maximum:"250" default:"50" doc:"Most items of the page."`
	Iterator string `query:"iterator" maxLength:"300" doc:"The iterator or prevIterator of another page."`
}

// OrderQuery asks for an order.
type OrderQuery struct {
	Order string `query:"order" enum:"ascending,descending" doc:"Oldest or newest first."`
}

// ListResponse is a page of a list.
type ListResponse[T any] struct {
	Data         []T     `json:"data" nullable:"false" doc:"The items."`
	Iterator     *string `json:"iterator" required:"true" doc:"Asks for the next page."`
	PrevIterator *string `json:"prevIterator" required:"false" doc:"Asks for the page before this one."`
	Done         bool    `json:"done" doc:"Whether this is the last page in the direction asked for."`
}

// convert returns the page with all its items converted.
func (l ListResponse[T]) convert(item func(any) (any, error)) (any, error) {
	out := ListResponse[any]{make([]any, len(l.Data)), l.Iterator, l.PrevIterator, l.Done}
	var err error
	for i := 0; i < len(l.Data) && err == nil; i++ {
		out.Data[i], err = item(l.Data[i])
	}
	return out, err
}

// piece is how many bytes of a list are written at once.
const piece = 64 << 10

// write writes the list as JSON and lets go of each item that it has written.
func (l ListResponse[T]) write(to io.Writer) error {
	var text bytes.Buffer
	text.WriteString(`{"data":[`)
	for i := range l.Data {
		if i > 0 {
			text.WriteByte(',')
		}
		if err := writeItem(&text, l.Data[i]); err != nil {
			return err
		}
		text.Truncate(text.Len() - 1) // the line break behind every value
		var gone T
		l.Data[i] = gone
		if text.Len() >= piece {
			if _, err := text.WriteTo(to); err != nil {
				return err
			}
		}
	}
	text.WriteString(`],`)
	var rest bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&rest, listEnd{l.Iterator, l.PrevIterator, l.Done}); err != nil {
		return err
	}
	text.Write(rest.Bytes()[1:])
	_, err := text.WriteTo(to)
	return err
}

// unwritable stands in a list in place of an item that cannot be written as JSON.
type unwritable struct {
	ID      string `json:"id,omitempty"`
	Problem string `json:"problem"`
}

// writeItem writes an item of a list. One that cannot be written must not end the list: its id and the reason are
// written in its place.
func writeItem(text *bytes.Buffer, item any) error {
	before := text.Len()
	err := huma.DefaultJSONFormat.Marshal(text, item)
	if err == nil {
		return nil
	}
	text.Truncate(before)
	left := unwritable{Problem: "This item cannot be written as JSON: " + err.Error()}
	if v := reflect.ValueOf(item); v.Kind() == reflect.Struct && v.FieldByName("ID").Kind() == reflect.String {
		left.ID = v.FieldByName("ID").String()
	}
	return huma.DefaultJSONFormat.Marshal(text, left)
}

// listEnd is what stands behind the items of a list.
type listEnd struct {
	Iterator     *string `json:"iterator"`
	PrevIterator *string `json:"prevIterator"`
	Done         bool    `json:"done"`
}

// answerOf is an answer with a body.
type answerOf[T any] struct{ Body T }

// nothing is an answer without one.
type nothing struct{}

func answered[T any](body T, err error) (*answerOf[T], error) {
	if err != nil {
		return nil, err
	}
	return &answerOf[T]{body}, nil
}

// done is what an operation without an answer returns.
func done(err error) (*nothing, error) {
	if err != nil {
		return nil, err
	}
	return &nothing{}, nil
}

// ascending reports whether the order asked for is oldest first, and otherwise if none was asked for.
func (q OrderQuery) ascending(otherwise bool) bool {
	if q.Order == "" {
		return otherwise
	}
	return q.Order == "ascending"
}

// hold makes the request hold memory for content of so many bytes until it is answered, as it is and as it is encoded. It
// fails with fault.Unavailable.
func hold(ctx context.Context, bytes int) error { return callOf(ctx).lease.Add(2 * int64(bytes)) }

// pageLease returns what holds memory for the content of a page, however often it is called.
func pageLease(ctx context.Context) func(bytes int64) error {
	lease := &callOf(ctx).lease
	before := lease.Held()
	return func(bytes int64) error { return lease.Resize(before + 2*bytes) }
}

// cursor splits an iterator into its direction and where it stands.
func (q PageQuery) cursor() (text string, backward bool) {
	return strings.CutPrefix(q.Iterator, "-")
}

// byID returns the page asked for of a list by ids of kind k.
func (q PageQuery) byID(ctx context.Context, k id.Kind, ascending bool) (store.Page[id.ID], error) {
	page := store.Page[id.ID]{Limit: q.Limit, Ascending: ascending, Hold: pageLease(ctx)}
	text, backward := q.cursor()
	if text == "" {
		return page, nil
	}
	at, err := k.Parse(text)
	if err != nil {
		return page, badIterator()
	}
	page.From, page.Backward = &at, backward
	return page, nil
}

func badIterator() error {
	return fault.In("query.iterator", "value_error", "Give an iterator that a page of this list came with.")
}

// listed turns a page of T into the answer.
func listed[T, C, O any](
	page store.List[T, C], text func(C) string, convert func(T) O, err error,
) (*answerOf[ListResponse[O]], error) {
	if err != nil {
		return nil, err
	}
	out := ListResponse[O]{Data: make([]O, 0, len(page.Items)), Done: page.Done}
	if page.Last != nil {
		iterator := text(*page.Last)
		out.Iterator = &iterator
	}
	if page.First != nil {
		iterator := "-" + text(*page.First)
		out.PrevIterator = &iterator
	}
	for i := range page.Items {
		out.Data = append(out.Data, convert(page.Items[i]))
		var gone T
		page.Items[i] = gone // what it became may be a copy
	}
	return &answerOf[ListResponse[O]]{out}, nil
}
