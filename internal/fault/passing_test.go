package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
)

func TestFailureIsPassingIfEveryPartOfItIs(t *testing.T) {
	t.Parallel()
	away, bug := error(fault.New(fault.Unavailable, "database_away", "It is away.")), errors.New("syntax")
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"away":           {fmt.Errorf("purge: %w", away), true},
		"a bug":          {bug, false},
		"away twice":     {errors.Join(away, errors.Join(nil, away)), true},
		"away and a bug": {errors.Join(away, bug), false},
		"refused":        {fault.Missing("endpoint"), false},
	} {
		if got := fault.Passing(c.err); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
