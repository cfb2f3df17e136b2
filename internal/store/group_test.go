package store_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/store"
)

func TestGroupIsBoundedByMembersAndByBytes(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	weight := func(n int) int { return n }
	for name, c := range map[string]struct {
		waiting []int
		weigh   func(int) int
		next    int
	}{
		"nobody":              {nil, weight, 0},
		"few":                 {[]int{1, 2, 3}, weight, 3},
		"many":                {[]int{1, 2, 3, 4, 5}, weight, 4},
		"heavy ones":          {[]int{8 * mib, 8 * mib, 1}, weight, 2},
		"one that is too big": {[]int{64 * mib, 1}, weight, 1},
		"a big one behind":    {[]int{1, 64 * mib}, weight, 1},
		"what weighs nothing": {[]int{64 * mib, 64 * mib}, nil, 2},
	} {
		next, rest := store.Group(c.waiting, 4, c.weigh)
		if len(next) != c.next || len(next)+len(rest) != len(c.waiting) {
			t.Errorf("%s: %d go on and %d stay", name, len(next), len(rest))
		}
	}
}
