package egress

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/retry"
)

// RetryAfter returns how long the answer asks to wait (RFC 9110 section 10.2.3): seconds or an HTTP
// date, capped at retry.MaxRetryAfter, never negative. It reports false for no header, several, or garbage.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	values := h["Retry-After"]
	if len(values) != 1 {
		return 0, false
	}
	text := strings.TrimSpace(values[0])
	if text != "" && strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds > int64(retry.MaxRetryAfter/time.Second) {
			return retry.MaxRetryAfter, true // digits only: an overflow is a very long wait
		}
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), retry.MaxRetryAfter), true
}

const (
	maxSnapshotNames = 64
	maxSnapshotBytes = 8 << 10
	maxSnapshotValue = 1 << 10
)

// snapshot makes an answer's headers fit to be stored and shown: bounded, valid UTF-8 without control
// characters, cookies hidden. It changes h, which belongs to nobody else.
func snapshot(h http.Header) http.Header {
	names, size := 0, 0
	for name, values := range h {
		for i, value := range values {
			values[i] = clean(name, value)
			size += len(name) + len(values[i])
		}
		names += len(values)
	}
	if names > maxSnapshotNames || size > maxSnapshotBytes {
		return shorten(h)
	}
	return h
}

// shorten keeps the first headers by name, so that the same answer always leaves the same snapshot.
func shorten(h http.Header) http.Header {
	short := make(http.Header)
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	count, size := 0, 0
	for _, name := range names {
		for _, value := range h[name] {
			count++
			size += len(name) + len(value)
			if count > maxSnapshotNames || size > maxSnapshotBytes {
				return short
			}
			short[name] = append(short[name], value)
		}
	}
	return short
}

func clean(name, value string) string {
	if name == "Set-Cookie" || name == "Set-Cookie2" {
		return redacted
	}
	if len(value) > maxSnapshotValue {
		value = value[:maxSnapshotValue]
	}
	if plain(value) {
		return value
	}
	return strings.Map(func(r rune) rune {
		if control(r) && r != '\t' {
			return utf8.RuneError
		}
		return r // an invalid byte arrives here as RuneError
	}, value)
}

func plain(value string) bool {
	for i := range len(value) {
		if value[i] < ' ' || value[i] >= 0x7f {
			return false
		}
	}
	return true
}
