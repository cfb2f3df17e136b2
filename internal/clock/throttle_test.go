package clock_test

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
)

func TestOneEventOfEachNamePassesASecondAndTheOthersAreCounted(t *testing.T) {
	t.Parallel()
	var throttle clock.Throttle
	for _, c := range []struct {
		name   string
		at     time.Duration
		missed int64
		ok     bool
	}{
		{"a", 0, 0, true}, {"a", 0, 0, false}, {"a", 999 * time.Millisecond, 0, false}, {"b", 999 * time.Millisecond, 0, true},
		{"a", time.Second, 2, true}, {"a", time.Second, 0, false}, {"b", time.Hour, 0, true}, {"a", time.Hour, 1, true},
	} {
		if missed, ok := throttle.Pass(c.name, c.at); missed != c.missed || ok != c.ok {
			t.Errorf("%s at %s: got %d, %t", c.name, c.at, missed, ok)
		}
	}
}
