package cli_test

import (
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/cli"
	"github.com/posthorn/posthorn/internal/fault"
)

func TestLostMessagesHaveAnExitCodeOfTheirOwn(t *testing.T) {
	t.Parallel()

	help := run(t, nil, "bench", "--help").out
	lost := cli.ExitCode(fault.New(fault.Conflict, "messages_lost", "Gone."))
	taken := cli.ExitCode(fault.New(fault.Conflict, "address_in_use", "Taken."))

	if lost != 7 || taken != 5 || !strings.Contains(help, "\n  7  something acknowledged") || !strings.Contains(help, "\n  5  taken") {
		t.Errorf("exit codes %d and %d, help %s", lost, taken, help)
	}
}
