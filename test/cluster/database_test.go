package cluster_test

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/pg"
)

func TestNodesGoOnAfterTheDatabaseCrashed(t *testing.T) {
	t.Parallel()
	server := pg.NewServer(t)
	n := start(t, three(server.Create(t, "posthorn"))...)

	n.under(func() {
		for range 2 {
			healed := n.stage.Fault("crash of the database")
			server.Kill(t)
			n.pause(time.Second / 2)
			server.Start(t)
			n.ready()
			healed()
			n.pause(time.Second)
		}
	})
}

func TestNothingIsLostWhenAStandbyTakesOver(t *testing.T) {
	t.Parallel()
	pair := pg.NewPair(t)
	pair.Primary.Create(t, "posthorn")
	n := start(t, three(pair.URL("posthorn"))...)
	times := 2
	if long() > 0 {
		times = 10
	}

	n.under(func() {
		for range times {
			healed := n.stage.Fault("failover")
			pair.Fail(t)
			n.pause(time.Second / 2)
			pair.Mend(t)
			n.ready()
			healed()
			n.pause(time.Second)
		}
	})
}

// ready waits until every node can keep its promise again, by itself.
func (n *nodes) ready() {
	n.t.Helper()
	for _, s := range n.all {
		n.await("a node is ready again", func() bool {
			response, err := s.Client().Get(s.URL + "/readyz")
			if err != nil {
				return false
			}
			_ = response.Body.Close()
			return response.StatusCode == 200
		})
	}
}
