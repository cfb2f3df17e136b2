package cluster_test

import (
	"testing"
	"time"
)

// beside starts three nodes of which the last reaches the database through a proxy.
func beside(t *testing.T) (*nodes, *proxy) {
	t.Helper()
	database := fresh(t)
	plan := three(database)
	var p *proxy
	plan[2].database, p = through(t, database)
	return start(t, plan...), p
}

func TestNodeWhoseConnectionsAreResetGoesOn(t *testing.T) {
	t.Parallel()
	n, p := beside(t)

	n.under(func() {
		healed := n.stage.Fault("resets")
		for range 5 {
			p.reset()
			n.pause(time.Second / 5)
		}
		heal := p.block()
		n.pause(time.Second)
		heal()
		n.ready()
		healed()
	})
}

func TestNodeWhoseConnectionsAreHalfOpenGoesOn(t *testing.T) {
	t.Parallel()
	n, p := beside(t)

	n.under(func() {
		healed := n.stage.Fault("half-open connections")
		p.silence()
		n.pause(time.Second)
		n.ready()
		healed()
	})
}

func TestNodeInABlackHoleIsReplacedAndComesBack(t *testing.T) {
	t.Parallel()
	n, p := beside(t)

	n.under(func() {
		healed := n.stage.Fault("black hole")
		heal := p.cut()
		began := time.Now()
		n.await("the node is missed", func() bool { return n.alive(n.all[0]) == 2 })
		if long() > 0 {
			n.pause(30*time.Second - time.Since(began))
		}
		heal()
		n.await("the node is back", func() bool { return n.alive(n.all[0]) == 3 })
		n.ready()
		healed()
	})
}
