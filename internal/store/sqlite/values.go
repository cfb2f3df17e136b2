package sqlite

import (
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// micros is how a time is kept: microseconds since 1970. The zero time is NULL.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func timeOf(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.Int64).UTC()
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// listOrNull keeps a list of names as a JSON array. Names hold no characters that JSON escapes, so a
// reader finds them as they are.
func listOrNull(list []string) any {
	if len(list) == 0 {
		return nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic("sqlite: a list of texts did not become JSON: " + err.Error())
	}
	return string(text)
}

// metadataText keeps the caller's labels as a JSON object.
func metadataText(metadata map[string]string) string {
	if len(metadata) == 0 {
		return "{}"
	}
	text, err := json.Marshal(metadata)
	if err != nil {
		panic("sqlite: a map of texts did not become JSON: " + err.Error())
	}
	return string(text)
}

// packKeys keeps rising keys as their differences in unsigned varints: one or two bytes for each of
// an application's endpoints.
func packKeys(keys []hook.Key) []byte {
	packed := make([]byte, 0, 2*len(keys)+binary.MaxVarintLen64)
	var last hook.Key
	for _, key := range keys {
		packed = binary.AppendUvarint(packed, uint64(key-last)) //nolint:gosec // rising, so not negative
		last = key
	}
	return packed
}

func unpackKeys(packed []byte) []hook.Key {
	keys := make([]hook.Key, 0, len(packed))
	var last hook.Key
	for len(packed) > 0 {
		step, n := binary.Uvarint(packed)
		if n <= 0 {
			panic("sqlite: a list of targets is damaged")
		}
		last += hook.Key(step) //nolint:gosec // written by packKeys
		keys, packed = append(keys, last), packed[n:]
	}
	return keys
}

// floorOf returns the smallest id of a time, as it is kept.
func floorOf(t time.Time) []byte {
	floor := id.Floor(t)
	return floor[:]
}
