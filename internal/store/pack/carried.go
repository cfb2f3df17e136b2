package pack

import (
	"database/sql"
	"encoding/binary"
	"errors"

	"github.com/posthorn/posthorn/internal/hook"
)

// Carried keeps what a message carries: the hops, and behind them the headers. Nothing is NULL, so that what is
// published here, nearly every message, costs no byte.
func Carried(c hook.Carried) []byte {
	if c.IsZero() {
		return nil
	}
	packed := binary.AppendUvarint(nil, uint64(c.Hops)) //nolint:gosec // a count
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
		f.field.Headers = header
		return err
	})
}
