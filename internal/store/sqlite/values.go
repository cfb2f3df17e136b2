package sqlite

import (
	"database/sql"
	"time"

	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store/pack"
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
	return pack.Time(v.Int64)
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// listOrNull keeps a list of names as a JSON array.
func listOrNull(list []string) any { return textOrNull(pack.List(list)) }

// metadataText keeps the caller's labels as a JSON object.
func metadataText(metadata map[string]string) string { return pack.Labels(metadata) }

// floorOf returns the smallest id of a time, as it is kept.
func floorOf(t time.Time) []byte {
	floor := id.Floor(t)
	return floor[:]
}
