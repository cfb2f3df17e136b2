package cluster_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

func TestNodeThatIsKilledAndComesBackLosesNothing(t *testing.T) {
	t.Parallel()
	n := start(t, three(fresh(t))...)
	turn := 0

	n.under(func() {
		for range 3 {
			victim := n.all[turn%len(n.all)]
			turn++
			gone := n.stage.Fault("kill")
			victim.Kill()
			gone()
			n.pause(time.Second / 2)
			victim.Restart()
			n.pause(time.Second / 2)
		}
	})

	harness.Equal(t, "nodes", n.alive(n.all[0]), 3) // who came back took over from itself at once
}

func TestWorkOfANodeThatStaysAwayIsTakenOver(t *testing.T) {
	t.Parallel()
	n := start(t, three(fresh(t))...)

	n.under(func() {
		gone := n.stage.Fault("kill")
		n.all[2].Kill()
		gone()
		n.await("the node is missed", func() bool { return n.alive(n.all[0]) == 2 })
		n.pause(time.Second)
		if long() > 0 {
			n.all[2].Restart()
		}
	})
}

func TestNodeThatSleepsPastItsLeaseBeginsAgain(t *testing.T) {
	t.Parallel()
	n := start(t, three(fresh(t))...)
	again := 0

	n.under(func() {
		sleeper := n.all[1]
		awake := n.stage.Fault("sleep")
		sleeper.Signal(syscall.SIGSTOP)
		n.await("the node is missed", func() bool { return n.alive(n.all[0]) == 2 })
		n.pause(time.Second) // others are at its work
		sleeper.Signal(syscall.SIGCONT)
		n.await("the node is back", func() bool { return n.alive(n.all[0]) == 3 })
		awake()
		again++
	})

	harness.Equal(t, "new runs", strings.Count(n.all[1].Log(), "lease lost, restarting as a new run"), again)
}

func TestRollingTheNodesLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	n := start(t, three(fresh(t))...)

	n.under(func() { // no fault is noted, so every repetition would be one too many
		for _, s := range n.all {
			harness.Equal(t, "exit code", s.Stop(), 0)
			s.Restart()
			n.pause(time.Second / 2)
		}
	})
}
