package hook

import "time"

// The first second, and the second behind the last, of the times that are kept and shown: the years 1970 to 9999.
const (
	firstSecond = 0
	endSecond   = 253_402_300_800
)

// TimeInRange returns t in UTC, or the zero time, which is none, if t lies outside of the years 1970 to 9999. RFC 3339,
// and with it JSON, has no later years, so that one such time would make a whole document impossible to write. Earlier
// ones come from senders that write zero or milliseconds where seconds are meant.
func TimeInRange(t time.Time) time.Time {
	if seconds := t.Unix(); seconds < firstSecond || seconds >= endSecond {
		return time.Time{}
	}
	return t.UTC()
}
