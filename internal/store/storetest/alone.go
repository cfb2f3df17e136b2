package storetest

import (
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
)

func restoresAlone(t *testing.T, f *fixture) { alone(t, f, f) }

func nodesRestoreAlone(t *testing.T, p pair) { alone(t, p.first, p.second) }

// alone checks that of two that restore the second is refused, until the first has done.
func alone(t *testing.T, first, second *fixture) {
	t.Helper()
	release, err := first.Alone(t.Context())
	check(t, err)

	_, err = second.Alone(t.Context())
	refused(t, err, fault.Conflict, "import_running")

	release()
	release, err = second.Alone(t.Context())
	check(t, err)
	release()
}
