package port_test

import (
	"slices"
	"testing"

	"github.com/posthorn/posthorn/test/port"
)

func TestPortIsLentOnceUntilItIsGivenBack(t *testing.T) {
	t.Parallel()
	var lent []int

	for range 200 { // of 12,000, two would most likely be the same
		n, giveBack, err := port.Lend()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(giveBack)
		lent = append(lent, n)
	}

	slices.Sort(lent)
	if distinct := len(slices.Compact(slices.Clone(lent))); distinct != len(lent) {
		t.Errorf("%d ports for %d owners", distinct, len(lent))
	}
}
