package postgres

import (
	"time"

	"github.com/posthorn/posthorn/internal/hook"
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

// timeAt returns the time that a column of microseconds says.
func timeAt(micros int64) time.Time { return pack.Time(micros) }

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// listOrNull keeps a list of names as a JSON array, as text: jsonb would sort and refuse more than we do.
func listOrNull(list []string) any { return textOrNull(pack.List(list)) }

// metadataText keeps the caller's labels as a JSON object.
func metadataText(metadata map[string]string) string { return pack.Labels(metadata) }

// floorOf returns the smallest id of a time, as it is kept.
func floorOf(t time.Time) []byte {
	floor := id.Floor(t)
	return floor[:]
}

func dueMicros(d hook.Delivery) int64 {
	if d.DueAt.IsZero() {
		return 0
	}
	return d.DueAt.UnixMicro()
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }
