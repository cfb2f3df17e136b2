package cluster_test

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

func TestNodesWhoseClocksAreMinutesApartKeepThePromise(t *testing.T) {
	t.Parallel()
	plan := three(fresh(t))
	binary := harness.BinaryWith(t, "posthorn_clock_offset")
	for i, offset := range []string{"-5m", "0s", "5m"} {
		plan[i].binary, plan[i].settings = binary, []string{"POSTHORN_TEST_CLOCK_OFFSET=" + offset}
	}
	n := start(t, plan...)

	n.under(func() {
		n.pause(2 * time.Second)
		gone := n.stage.Fault("kill")
		n.all[2].Kill()
		gone()
		n.pause(time.Second / 2)
		n.all[2].Restart()
		n.pause(time.Second)
		gone = n.stage.Fault("kill")
		n.all[0].Kill()
		gone()
		n.all[0].Restart()
		n.pause(time.Second)
	})

	harness.Equal(t, "nodes", n.alive(n.all[1]), 3)
}
