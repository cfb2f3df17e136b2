package sqlite

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// scanner is a row in hand: *sql.Row, or *sql.Rows between Next and Next.
type scanner interface {
	Scan(into ...any) error
}

// The types below are destinations for Scan: each knows how one sort of value is kept and fills the
// field it points to. NULL is the zero value.
type (
	intoID   struct{ field *id.ID }
	intoText struct{ field *string }
	intoTime struct{ field *time.Time }
	intoKeys struct{ field *[]hook.Key }
	intoJSON struct{ field any }
)

// Scan implements sql.Scanner.
func (i intoID) Scan(value any) error {
	*i.field = id.ID{}
	if value == nil {
		return nil
	}
	raw, ok := value.([]byte)
	if !ok || len(raw) != len(i.field) {
		return fmt.Errorf("an id of %d bytes is kept as %T", len(i.field), value)
	}
	copy(i.field[:], raw)
	return nil
}

// Scan implements sql.Scanner.
func (i intoText) Scan(value any) error {
	*i.field = ""
	if value == nil {
		return nil
	}
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("a text is kept as %T", value)
	}
	*i.field = text
	return nil
}

// Scan implements sql.Scanner.
func (i intoTime) Scan(value any) error {
	*i.field = time.Time{}
	if value == nil {
		return nil
	}
	micros, ok := value.(int64)
	if !ok {
		return fmt.Errorf("a time is kept as %T", value)
	}
	*i.field = time.UnixMicro(micros).UTC()
	return nil
}

// Scan implements sql.Scanner.
func (i intoKeys) Scan(value any) error {
	*i.field = nil
	if value == nil {
		return nil
	}
	packed, ok := value.([]byte)
	if !ok {
		return fmt.Errorf("a list of keys is kept as %T", value)
	}
	*i.field = unpackKeys(packed)
	return nil
}

// Scan implements sql.Scanner.
func (i intoJSON) Scan(value any) error {
	if value == nil {
		return nil
	}
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("a JSON text is kept as %T", value)
	}
	return json.Unmarshal([]byte(text), i.field)
}
