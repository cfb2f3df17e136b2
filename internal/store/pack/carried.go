package pack

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"maps"

	"github.com/posthorn/posthorn/internal/hook"
)

// contentType is the name under which the content type is packed among the headers. No header has an empty name, and
// a program that does not read it does not send it either.
const contentType = ""

// Carried packs what a message carries: the hops, then the headers and the content type. A message that carries
// nothing, as most do, is NULL and costs no byte.
func Carried(c hook.Carried) []byte {
	if c.IsZero() {
		return nil
	}
	packed := binary.AppendUvarint(nil, uint64(c.Hops)) //nolint:gosec // a count
	if c.ContentType != "" {
		header := make(map[string][]string, len(c.Headers)+1)
		maps.Copy(header, c.Headers)
		header[contentType] = []string{c.ContentType}
		return appendHeader(packed, header)
	}
	return appendHeader(packed, c.Headers)
}

// IntoCarried is a destination for Scan that fills field with what Carried packed.
func IntoCarried(field *hook.Carried) sql.Scanner { return carriedField{field} }

type carriedField struct{ field *hook.Carried }

// Scan implements sql.Scanner.
func (f carriedField) Scan(value any) error {
	*f.field = hook.Carried{}
	return kept("what a message carries", value, func(packed []byte) error {
		hops, n := binary.Uvarint(packed)
		if n <= 0 {
			return errors.New("what a message carries is damaged")
		}
		f.field.Hops = int(hops) //nolint:gosec // written by Carried
		if n == len(packed) {
			return nil
		}
		header, err := headerOf(packed[n:])
		if kind := header[contentType]; len(kind) > 0 {
			f.field.ContentType = kind[0]
			delete(header, contentType)
		}
		if len(header) > 0 {
			f.field.Headers = header
		}
		return err
	})
}
