package pack

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// Header keeps the headers of a request that somebody else sent, byte for byte: their names and values need not be
// UTF-8, which a JSON text would have to be.
func Header(header map[string][]string) []byte { return appendHeader([]byte{}, header) }

func appendHeader(packed []byte, header map[string][]string) []byte {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		packed = appendText(packed, name)
		packed = binary.AppendUvarint(packed, uint64(len(header[name])))
		for _, value := range header[name] {
			packed = appendText(packed, value)
		}
	}
	return packed
}

func appendText(packed []byte, text string) []byte {
	return append(binary.AppendUvarint(packed, uint64(len(text))), text...)
}

// IntoHeader is a destination for Scan that fills field with what Header packed, and with nil for NULL.
func IntoHeader(field *map[string][]string) sql.Scanner { return headerField{field} }

// IntoRaw is a destination for Scan that fills field with a text that is kept as bytes, the empty one for NULL.
func IntoRaw(field *string) sql.Scanner { return rawField{field} }

type (
	headerField struct{ field *map[string][]string }
	rawField    struct{ field *string }
)

// Scan implements sql.Scanner.
func (f rawField) Scan(value any) error {
	*f.field = ""
	return kept("a text", value, func(raw []byte) error { *f.field = string(raw); return nil })
}

// Scan implements sql.Scanner.
func (f headerField) Scan(value any) error {
	*f.field = nil
	return kept("a header", value, func(packed []byte) error {
		header, err := headerOf(packed)
		*f.field = header
		return err
	})
}

// headerOf returns the headers that Header made packed from.
func headerOf(packed []byte) (map[string][]string, error) {
	header := map[string][]string{}
	r := reader{rest: packed}
	for len(r.rest) > 0 && !r.damaged {
		name := r.text()
		values := make([]string, r.number())
		for i := range values {
			values[i] = r.text()
		}
		header[name] = values
	}
	if r.damaged {
		return nil, fmt.Errorf("a header of %d bytes is damaged", len(packed))
	}
	return header, nil
}

// reader reads what Header wrote.
type reader struct {
	rest    []byte
	damaged bool
}

func (r *reader) number() int {
	number, n := binary.Uvarint(r.rest)
	if n <= 0 || number > uint64(len(r.rest)) { // each counts what follows, byte by byte or more
		r.rest, r.damaged = nil, true
		return 0
	}
	r.rest = r.rest[n:]
	return int(number) //nolint:gosec // at most a length
}

func (r *reader) text() string {
	n := r.number()
	if n > len(r.rest) {
		r.rest, r.damaged = nil, true
		return ""
	}
	text := string(r.rest[:n])
	r.rest = r.rest[n:]
	return text
}
