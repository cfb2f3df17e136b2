package hook_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
)

func TestHeadersBeyondTheLimitsAreLeftOutWholeAndAlwaysTheSame(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", hook.MaxCarriedValue)
	headers := map[string][]string{"A-Too-Long": {"a", large + "x"}, "A-None": {}, "Y": {"kept", "too"}}
	for i := range 5 { // four of them and their names are more than there is room for
		headers[fmt.Sprint("B", i)] = []string{large}
	}

	for range 10 {
		got := hook.Carry(headers, 2)

		if len(got.Headers) != 4 || got.Headers["B0"] == nil || got.Headers["B2"] == nil || !slices.Equal(got.Headers["Y"], headers["Y"]) || got.Hops != 2 {
			t.Fatalf("%d headers are carried, %d hops", len(got.Headers), got.Hops)
		}
	}
}

func TestAFloodOfHeadersIsCutOff(t *testing.T) {
	t.Parallel()
	headers := map[string][]string{"A": make([]string, hook.MaxCarriedHeaders-1), "B": {"1", "2"}, "C": {"3"}, "D": {"4"}}

	got := hook.Carry(headers, 0)

	if len(got.Headers) != 2 || got.Headers["A"] == nil || got.Headers["C"] == nil {
		t.Errorf("carried %v", got.Headers)
	}
}

func TestNothingCarriedIsZeroAndTakesNoRoom(t *testing.T) {
	t.Parallel()
	nothing, something := hook.Carry(map[string][]string{}, -1), hook.Carry(map[string][]string{"A": {"bc", "d"}}, 0)

	if !nothing.IsZero() || nothing.Headers != nil || nothing.Size() != 0 {
		t.Errorf("nothing is %+v of %d bytes", nothing, nothing.Size())
	}
	if something.IsZero() || something.Size() < 4 || hook.Carry(nil, 1).IsZero() {
		t.Errorf("something is %+v of %d bytes", something, something.Size())
	}
}
