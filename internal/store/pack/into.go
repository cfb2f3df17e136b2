package pack

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// IntoID is a destination for Scan that fills field with an id, the zero one for NULL.
func IntoID(field *id.ID) sql.Scanner { return idField{field} }

// IntoHash is a destination for Scan that fills field with a hash.
func IntoHash(field *[32]byte) sql.Scanner { return hashField{field} }

// IntoText is a destination for Scan that fills field with a text, the empty one for NULL.
func IntoText(field *string) sql.Scanner { return textField{field} }

// IntoTime is a destination for Scan that fills field with the time that microseconds say, the zero one for NULL and for
// what is no time (see Time).
func IntoTime(field *time.Time) sql.Scanner { return timeField{field} }

// Time returns the time that microseconds since 1970 say, or the zero one if that lies outside of 1970 to 9999: older
// releases stored what senders wrote.
func Time(micros int64) time.Time { return hook.TimeInRange(time.UnixMicro(micros)) }

// IntoKeys is a destination for Scan that fills field with what Keys packed.
func IntoKeys(field *[]hook.Key) sql.Scanner { return keysField{field} }

// IntoJSON is a destination for Scan that fills what field points to from a JSON text, and leaves it alone
// for NULL.
func IntoJSON(field any) sql.Scanner { return jsonField{field} }

type (
	idField   struct{ field *id.ID }
	hashField struct{ field *[32]byte }
	textField struct{ field *string }
	timeField struct{ field *time.Time }
	keysField struct{ field *[]hook.Key }
	jsonField struct{ field any }
)

// Scan implements sql.Scanner.
func (f idField) Scan(value any) error {
	*f.field = id.ID{}
	if value == nil {
		return nil
	}
	return fixed("an id", value, f.field[:])
}

// Scan implements sql.Scanner.
func (f hashField) Scan(value any) error { return fixed("a hash", value, f.field[:]) }

// fixed copies bytes into a field that has their number.
func fixed(what string, value any, field []byte) error {
	raw, ok := value.([]byte)
	if !ok || len(raw) != len(field) {
		return fmt.Errorf("%s of %d bytes is kept as %T", what, len(field), value)
	}
	copy(field, raw)
	return nil
}

// Scan implements sql.Scanner.
func (f textField) Scan(value any) error {
	*f.field = ""
	return kept("a text", value, func(text string) error { *f.field = text; return nil })
}

// Scan implements sql.Scanner.
func (f timeField) Scan(value any) error {
	*f.field = time.Time{}
	return kept("a time", value, func(micros int64) error { *f.field = Time(micros); return nil })
}

// Scan implements sql.Scanner.
func (f keysField) Scan(value any) error {
	*f.field = nil
	return kept("a list of keys", value, func(packed []byte) error { *f.field = KeysOf(packed); return nil })
}

// Scan implements sql.Scanner.
func (f jsonField) Scan(value any) error {
	return kept("a JSON text", value, func(text string) error { return json.Unmarshal([]byte(text), f.field) })
}

// kept hands a value to take as the type it is kept as, unless it is NULL.
func kept[T any](what string, value any, take func(T) error) error {
	if value == nil {
		return nil
	}
	typed, ok := value.(T)
	if !ok {
		return fmt.Errorf("%s is kept as %T", what, value)
	}
	return take(typed)
}
