package bench

import (
	"context"

	"github.com/posthorn/posthorn/internal/bench/database"
	"github.com/posthorn/posthorn/internal/bench/process"
)

// subject is what is under test: one process, or several nodes that share a database.
type subject struct {
	name     string
	token    string
	nodes    []*node
	settings []string           // that all nodes share
	database *database.Database // nil if the server keeps its data in its folder, or is not ours
}

// node is one process.
type node struct {
	address string         // host and port
	pid     int            // zero if it is not known
	data    string         // folder of a server that we started
	child   *process.Child // nil if it was running already
}

// base returns the address of the first node, which gets what is not published.
func (s *subject) base() string { return "http://" + s.nodes[0].address }

// addresses returns where publishers take turns.
func (s *subject) addresses() []string {
	all := make([]string, len(s.nodes))
	for i, n := range s.nodes {
		all[i] = n.address
	}
	return all
}

// ours says whether we started it, so that all that is in it goes with it.
func (s *subject) ours() bool { return s.nodes[0].child != nil }

// usage returns what all nodes hold and have used together.
func (s *subject) usage() (all process.Usage, err error) {
	for _, n := range s.nodes {
		one, err := process.Read(n.pid)
		if err != nil {
			return all, err
		}
		all = all.Add(one)
	}
	return all, nil
}

// stored returns what the database holds and its server has done; nil without one.
func (s *subject) stored(ctx context.Context) (*database.Usage, error) {
	if s.database == nil {
		return nil, nil
	}
	u, err := s.database.Read(ctx)
	return &u, err
}

// stop asks all nodes to end, one after the other, and waits for them.
func (s *subject) stop() { s.each((*process.Child).Stop) }

// kill ends all nodes without warning.
func (s *subject) kill() { s.each((*process.Child).Kill) }

func (s *subject) each(do func(*process.Child)) {
	for _, n := range s.nodes {
		if n.child != nil {
			do(n.child)
		}
	}
}

// readyAfter returns how many milliseconds the slowest node took from its start to its first ready answer.
func (s *subject) readyAfter() float64 {
	var slowest float64
	s.each(func(c *process.Child) { slowest = max(slowest, c.ReadyAfter.Seconds()*1000) })
	return slowest
}
