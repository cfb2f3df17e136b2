package node_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/node"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	leaseTime = 30 * time.Second
	attempt   = 10 * time.Second
)

// database is what a node sees of the others: it can be cut off, and can bury the node.
type database struct {
	mu      sync.Mutex
	err     error
	dead    int           // runs that give no sign of life
	alive   int           // runs that do
	clock   time.Duration // how far the clock of the database was set
	buried  int
	wrongly int // of them, that had given a sign of life
	renewed int
	tell    func(store.Change)
}

func (d *database) Renew(context.Context, store.Held) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.renewed++
	return d.err
}

func (d *database) Members(context.Context) ([]store.Member, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := []store.Member{{Own: true}}
	for i := range d.dead + d.alive {
		m := store.Member{Run: store.Run{Key: hook.Key(2 + i), Lease: leaseTime}, SeenAt: time.Unix(1, 0)}
		if i >= d.dead {
			m.SeenAt = time.Now().Add(d.clock)
		}
		all = append(all, m)
	}
	return all, d.err
}

func (d *database) Fence(_ context.Context, silent []store.Member) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range silent {
		if !m.SeenAt.Equal(time.Unix(1, 0)) {
			d.wrongly++
		}
	}
	d.dead, d.buried = 0, d.buried+len(silent)
	return len(silent), d.err
}

func (d *database) Bury(context.Context) (int, error) { panic("a node watches the others itself") }

func (d *database) Follow(ctx context.Context, tell func(store.Change)) {
	d.mu.Lock()
	d.tell = tell
	d.mu.Unlock()
	<-ctx.Done()
}

func (d *database) set(change func(*database)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

// house is a node on a database.
type house struct {
	*node.Node
	database *database
	mu       sync.Mutex
	heard    []store.ChangeKind
	counted  []int
	ended    chan error
	stop     context.CancelFunc
}

// start runs a node in a bubble of time.
func start(t *testing.T, d *database) *house {
	t.Helper()
	h := &house{database: d, ended: make(chan error, 1)}
	now := time.Now
	h.Node = node.New(node.Config{
		Store: d, Run: store.Run{Key: 1, Lease: leaseTime}, Attempt: attempt, Clock: clock.Func(now), Log: slog.New(slog.DiscardHandler),
		Held: func() store.Held { return store.Held{} },
		Heard: func(c store.Change) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.heard = append(h.heard, c.Kind)
		},
		Counted: func(m []store.Member) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.counted = append(h.counted, len(m))
		},
	}, now())
	var ctx context.Context
	ctx, h.stop = context.WithCancel(t.Context())
	go func() { h.ended <- h.Run(ctx) }()
	t.Cleanup(h.stop)
	<-h.Ready()
	return h
}

// told returns what was heard and counted so far.
func (h *house) told() (heard []store.ChangeKind, counted []int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.heard), slices.Clone(h.counted)
}

func (d *database) graves() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.buried
}

// holds reports whether a request may begin now.
func (h *house) holds(t *testing.T) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := h.Await(ctx)
	return err == nil
}

func TestNodeThatReachesTheDatabaseMaySend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, &database{})

		<-time.After(10 * leaseTime)

		if !h.holds(t) {
			t.Error("the lease is over")
		}
		h.stop()
		if err := <-h.ended; err != nil {
			t.Error(err)
		}
	})
}

func TestNodeThatIsCutOffStopsSendingBeforeItsLeaseEndsAndGoesOnAfterwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, &database{})
		<-time.After(leaseTime / 20) // between two beats
		h.database.set(func(d *database) { d.err = errors.New("no way there") })

		<-time.After(leaseTime - attempt - leaseTime/10)
		before := h.holds(t)
		<-time.After(leaseTime / 10)
		after := h.holds(t)
		h.database.set(func(d *database) { d.err = nil })
		<-time.After(leaseTime / 5)

		if !before || after || !h.holds(t) {
			t.Errorf("holds before the margin %t, in it %t, afterwards %t", before, after, h.holds(t))
		}
	})
}

func TestNodeThatWasBuriedEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, &database{})

		h.database.set(func(d *database) { d.err = fault.New(fault.Conflict, "lease_lost", "Gone.") })

		if err := <-h.ended; !errors.Is(err, node.ErrLost) {
			t.Errorf("it ended with %v", err)
		}
	})
}

// What is in memory belongs to others then: whoever waits to send it must not hold up the end of the run.
func TestNodeThatWasBuriedLetsNobodyWaitToSend(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, &database{})
		<-time.After(leaseTime / 20) // between two beats
		h.database.set(func(d *database) { d.err = errors.New("no way there") })
		<-time.After(leaseTime)
		waits := make(chan error, 1)
		go func() {
			_, err := h.Await(context.WithoutCancel(t.Context()))
			waits <- err
		}()
		synctest.Wait()

		h.database.set(func(d *database) { d.err = fault.New(fault.Conflict, "lease_lost", "Gone.") })

		if err := <-waits; !errors.Is(err, node.ErrLost) {
			t.Errorf("waiting ended with %v", err)
		}
	})
}

func TestNodeBuriesOthersOnlyAfterALeaseWithoutAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, &database{})
		<-time.After(2 * leaseTime)
		h.database.set(func(d *database) { d.err = errors.New("restarting") })
		<-time.After(leaseTime)
		h.database.set(func(d *database) { d.err, d.dead = nil, 2 }) // as all others look after an outage

		<-time.After(leaseTime - leaseTime/10)
		early := h.database.graves()
		<-time.After(leaseTime / 2)

		if later := h.database.graves(); early != 0 || later != 2 {
			t.Errorf("%d buried at once, %d later", early, later)
		}
		if heard, _ := h.told(); !slices.Contains(heard, store.MembersChanged) {
			t.Errorf("what was heard of it: %v", heard)
		}
	})
}

func TestNodesThatRenewInTimeAreNotFencedWhenTheClockOfTheDatabaseIsSet(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		h := start(t, &database{alive: 2})
		<-time.After(2 * leaseTime)
		for _, clock := range []time.Duration{year, -year, leaseTime, 0} {
			h.database.set(func(d *database) { d.clock = clock })
			<-time.After(leaseTime / 3)
		}
		<-time.After(2 * leaseTime)
		alive := h.database.graves()

		h.database.set(func(d *database) { d.alive, d.dead, d.clock = 1, 1, -year })
		<-time.After(leaseTime / 2)
		early := h.database.graves()
		<-time.After(leaseTime)

		if late := h.database.graves(); alive != 0 || early != 0 || late != 1 || h.database.wrongly != 0 {
			t.Errorf("%d fenced while all lived, %d early, %d in the end, %d wrongly", alive, early, late, h.database.wrongly)
		}
	})
}

func TestNodeWhoseOwnClockIsSetFencesNoOneEarlier(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &database{}
		var set atomic.Int64
		n := node.New(node.Config{
			Store: d, Run: store.Run{Key: 1, Lease: leaseTime}, Attempt: attempt, Log: slog.New(slog.DiscardHandler),
			Clock: clock.Func(func() time.Time { return time.Now().Add(time.Duration(set.Load())) }).
				Keeping(func() time.Duration { return time.Duration(time.Now().UnixNano()) }),
			Held: func() store.Held { return store.Held{} }, Heard: func(store.Change) {}, Counted: func([]store.Member) {},
		}, time.Now())
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- n.Run(ctx) }()
		<-n.Ready()
		d.set(func(d *database) { d.dead = 1 })

		set.Store(int64(365 * 24 * time.Hour))
		<-time.After(leaseTime / 2)
		early := d.graves()
		<-time.After(leaseTime)

		if late := d.graves(); early != 0 || late != 1 {
			t.Errorf("%d fenced early, %d in the end", early, late)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestNodeCountsTheOthersWhenSomebodyComesOrGoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, &database{})
		synctest.Wait()
		h.database.set(func(d *database) { d.dead = 3 })

		h.database.tell(store.Change{Kind: store.MembersChanged})
		synctest.Wait()

		h.database.tell(store.Change{Kind: store.EndpointChanged})

		heard, counted := h.told()
		if !slices.Equal(counted, []int{1, 4}) {
			t.Errorf("counted %v", counted)
		}
		if !slices.Equal(heard, []store.ChangeKind{store.MembersChanged, store.EndpointChanged}) {
			t.Errorf("heard %v", heard)
		}
	})
}

func TestClockThatWasSetDoesNotStretchTheLease(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]time.Duration{"forward, as after a sleep": leaseTime, "back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var set time.Duration
				n := node.New(node.Config{
					Run: store.Run{Lease: leaseTime}, Attempt: attempt,
					Clock: clock.Func(func() time.Time { return time.Now().Add(set) }).Keeping(func() time.Duration { return time.Duration(time.Now().UnixNano()) }),
				}, time.Now())
				if ahead < 0 {
					<-time.After(leaseTime)
				}
				set = ahead
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				defer cancel()

				if _, err := n.Await(ctx); err == nil {
					t.Error("a request may begin")
				}
			})
		})
	}
}

// looks tells the node that a look at what others changed went well, every second as a store does.
func (d *database) looks(ctx context.Context) {
	for ctx.Err() == nil {
		d.tell(store.Change{Kind: store.Looking})
		d.tell(store.Change{Kind: store.Looked})
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func TestNodeThatDoesNotLearnWhatOthersChangeStopsSendingInTimeAndGoesOnOnceItDoes(t *testing.T) {
	t.Parallel()
	for name, back := range map[string][]store.ChangeKind{
		"after a look":                  {store.Looking, store.Looked},
		"after everything is forgotten": {store.AnythingChanged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := start(t, &database{})
				synctest.Wait()
				follows, cut := context.WithTimeout(t.Context(), time.Minute+time.Second/2) // the last look is at a minute
				defer cut()
				h.database.looks(follows)
				h.database.tell(store.Change{Kind: store.Looking}) // which does not come to its end

				<-time.After(3 * time.Second)
				before := h.holds(t)
				<-time.After(time.Second)
				after := h.holds(t)
				waits := make(chan bool, 1)
				go func() {
					waited, err := h.Await(t.Context())
					waits <- waited && err == nil
				}()
				synctest.Wait()
				for _, kind := range back {
					h.database.tell(store.Change{Kind: kind})
				}

				if waited := <-waits; !before || after || !waited || !h.holds(t) {
					t.Errorf("it sends after 3.5 s %t, after 4.5 s %t, who waited then may send %t", before, after, waited)
				}
			})
		})
	}
}

// A look that takes long tells what was so when it began.
func TestWhatALookFoundIsAsOldAsItsBeginning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, &database{})
		synctest.Wait()
		h.database.tell(store.Change{Kind: store.Looking})
		<-time.After(3 * time.Second)
		h.database.tell(store.Change{Kind: store.Looked})
		fresh := h.holds(t)

		<-time.After(time.Second)

		if !fresh || h.holds(t) {
			t.Errorf("it sends at once %t, 4 s after the look began %t", fresh, h.holds(t))
		}
	})
}

func TestNodeThatIsAloneOnItsDatabaseNeedsNoLooks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := start(t, &database{})

		<-time.After(time.Minute)

		waited, err := h.Await(t.Context())
		if waited || err != nil {
			t.Errorf("it waited %t, %v", waited, err)
		}
	})
}
