// Package node makes a running program one of several on a database. It keeps the run's lease, buries runs
// that lost theirs, counts who delivers, and passes on what others changed. On a database that only one
// program can open it does the same and finds nobody.
package node

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// Store is what a node needs of the store.
type Store interface {
	store.Members
	store.Feed
}

// Config is what a Node is made of.
type Config struct {
	Store Store
	Run   store.Run
	// Attempt is the longest that a request may take. The lease must be longer.
	Attempt time.Duration
	Clock   clock.Clock
	Log     *slog.Logger
	// Held says what the run has in its hands.
	Held func() store.Held
	// Heard is told of what any run changed. It must not wait for anything.
	Heard func(store.Change)
	// Counted is told who is alive, this run included, whenever that was looked up.
	Counted func([]store.Member)
}

// Node is a run among others. Use New.
type Node struct {
	config Config
	lease  lease
	ready  chan struct{}
	count  chan struct{} // holds a token when somebody came or went
	steady time.Duration // since when, by the steady clock, every renewal went well; never after one that did not
	others map[hook.Key]sighting
}

// never is later than any time of the steady clock.
const never = time.Duration(math.MaxInt64)

// sighting is the last sign of life that another run gave, and when, by the steady clock, it was seen first. The clock of
// the database may be set: it says that there was another sign and not when.
type sighting struct {
	sign time.Time
	at   time.Duration
}

// New returns a node whose run has just begun, at the time given.
func New(c Config, begun time.Time) *Node {
	n := &Node{config: c, ready: make(chan struct{}), count: make(chan struct{}, 1), others: map[hook.Key]sighting{}}
	n.lease.init(c.Clock, c.Attempt)
	now := n.lease.now()
	n.steady = now.steady - now.calendar.Sub(begun)
	n.lease.renewed(moment{begun, n.steady}.add(c.Run.Lease))
	return n
}

// Await implements deliver.Lease.
func (n *Node) Await(ctx context.Context) (waited bool, err error) { return n.lease.await(ctx) }

// Ready is closed once the others were counted for the first time.
func (n *Node) Ready() <-chan struct{} { return n.ready }

// ErrLost is what Run returns when others have taken this run's work over. What the run holds in memory is
// not its own any more; whoever goes on must begin a new run.
var ErrLost = fault.New(fault.Conflict, "lease_lost", "Other nodes took this one for dead and have taken over its work.")

// beats is how many times a lease is renewed in its length.
const beats = 10

// Run keeps the lease until ctx ends or the lease is lost.
func (n *Node) Run(ctx context.Context) error {
	var follower sync.WaitGroup
	ctx, stop := context.WithCancel(ctx)
	defer follower.Wait()
	defer stop()
	follower.Go(func() { n.config.Store.Follow(ctx, n.heard) })
	ticks := time.NewTicker(n.config.Run.Lease / beats)
	defer ticks.Stop()
	for first := true; ; {
		counted, err := n.beat(ctx)
		if err != nil {
			return err
		}
		if first && counted {
			close(n.ready)
			first = false
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		case <-n.count:
		}
	}
}

// heard passes a change on, and sees that a change of the members is looked into.
func (n *Node) heard(c store.Change) {
	switch c.Kind {
	case store.Looking:
		n.lease.looking()
		return
	case store.Looked:
		n.lease.looked()
		return
	case store.AnythingChanged: // all that is in memory is forgotten, so that it cannot be old
		n.lease.looking()
		defer n.lease.looked()
	}
	if c.Kind == store.MembersChanged || c.Kind == store.AnythingChanged {
		select {
		case n.count <- struct{}{}:
		default:
		}
	}
	n.config.Heard(c)
}

// beat renews the lease and looks after the others, and reports whether it counted them. A database that does not
// answer is asked again at the next beat: only being buried ends the run.
func (n *Node) beat(ctx context.Context) (counted bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, n.config.Run.Lease/beats*2)
	defer cancel()
	err = n.renew(ctx)
	if code := fault.CodeOf(err); code == "lease_lost" || code == "schema_missing" { // there is no run in an empty database
		n.lease.lose()
		return false, ErrLost
	}
	if err == nil {
		err = n.lookAround(ctx)
	}
	if err != nil && ctx.Err() != context.Canceled {
		n.config.Log.Warn("cannot reach the database to keep this node's lease; trying again", "error", err)
	}
	return err == nil, nil
}

func (n *Node) renew(ctx context.Context) error {
	asked := n.lease.now()
	if err := n.config.Store.Renew(ctx, n.config.Held()); err != nil {
		n.steady = never
		return err
	}
	late := !n.lease.reaches(asked) // it was paused itself: the others may have been, too
	n.lease.renewed(asked.add(n.config.Run.Lease))
	if n.steady == never || late {
		n.steady = asked.steady
	}
	return nil
}

// lookAround fences runs that are dead and counts those that are not.
func (n *Node) lookAround(ctx context.Context) error {
	members, err := n.config.Store.Members(ctx)
	if err != nil {
		return err
	}
	if silent := n.silent(members); len(silent) > 0 {
		fenced, err := n.config.Store.Fence(ctx, silent)
		if err != nil {
			return err
		}
		if fenced > 0 {
			n.config.Log.Warn("fenced nodes that gave no sign of life; their work is taken over", "nodes", fenced)
			n.config.Heard(store.Change{Kind: store.MembersChanged})
		}
		if members, err = n.config.Store.Members(ctx); err != nil {
			return err
		}
	}
	n.config.Counted(members)
	return nil
}

// silent returns the other runs that gave no sign of life for as long as their leases. After an outage of the database that
// is so for all; so there are none for a node that could not renew its own lease all the while.
func (n *Node) silent(members []store.Member) (silent []store.Member) {
	now := n.lease.now().steady
	seen := make(map[hook.Key]sighting, len(members))
	for _, m := range members {
		if m.Own {
			continue
		}
		s, known := n.others[m.Key]
		if !known || !s.sign.Equal(m.SeenAt) {
			s = sighting{m.SeenAt, now}
		}
		seen[m.Key] = s
		if now-s.at >= m.Lease && n.steady != never && now-n.steady >= n.config.Run.Lease {
			silent = append(silent, m)
		}
	}
	n.others = seen
	return silent
}
