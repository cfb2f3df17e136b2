package deliver

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/posthorn/posthorn/internal/hook"
)

// parcel is a message in memory, held once however many endpoints it goes to.
type parcel struct {
	message hook.Message
	text    string // the message's id as requests show it
	fan     int    // fresh deliveries it had at first
	left    int    // deliveries in memory that are not settled; the scheduler's lock guards it
}

// job is a delivery in memory.
type job struct {
	parcel   *parcel
	lane     *lane
	delivery hook.Delivery
	fresh    bool // from a publish, without a row of its own
}

// Widths of a lane: how many requests to one endpoint may be on the wire. A lane begins narrow, widens
// with every success and narrows with every failure, so that endpoints that hang all at once cannot
// take every worker.
const (
	firstWidth  = 16
	lowestWidth = 2
)

// lane is the queue of one endpoint. The scheduler's lock guards it.
type lane struct {
	application, endpoint hook.Key

	fresh   deque[*job] // from publishes, in publish order
	claimed deque[*job] // from the backlog
	turn    bool        // whose turn among the two is next

	width     int // requests that may be on the wire now
	requests  int // on the wire
	unsettled int // taken from the queues and not yet settled; bounds what a crash leaves in doubt
	listed    bool

	known   bool // whether limit was learned from the endpoint yet
	limit   int  // requests a second; zero is no limit
	limiter *rate.Limiter

	due     time.Time // when the backlog has something next; zero if it has nothing
	filling bool      // somebody is reading from the backlog
	alarm   time.Time // when the timekeeper looks at the lane next; zero if it need not
	place   int       // in the timekeeper's heap
}

func newLane(application, endpoint hook.Key) *lane {
	return &lane{application: application, endpoint: endpoint, width: firstWidth, place: -1}
}

func (l *lane) queued() int { return l.fresh.len() + l.claimed.len() }

// pop takes the next job: the two queues take turns while both have one.
func (l *lane) pop() *job {
	l.turn = !l.turn
	if l.fresh.len() == 0 || l.turn && l.claimed.len() > 0 {
		return l.claimed.pop()
	}
	return l.fresh.pop()
}

// open reports whether one more request may be sent now, the rate limit aside. Until the endpoint's own
// limit is known one at a time is enough.
func (l *lane) open(window int) bool {
	width := l.width
	if !l.known {
		width = 1
	}
	return l.queued() > 0 && l.requests < width && l.unsettled < window
}

// wait returns how long the rate limit makes the next request wait, and takes the turn if that is zero.
func (l *lane) wait(now time.Time) time.Duration {
	if l.limiter == nil {
		return 0
	}
	turn := l.limiter.ReserveN(now, 1)
	delay := turn.DelayFrom(now)
	if delay > 0 {
		turn.CancelAt(now)
	}
	return delay
}

// learn takes over what the endpoint's owner set.
func (l *lane) learn(limit int) {
	if l.known && l.limit == limit {
		return
	}
	l.known, l.limit, l.limiter = true, limit, nil
	if limit > 0 {
		l.limiter = rate.NewLimiter(rate.Limit(limit), 1)
	}
}

// adapt changes the width after an attempt.
func (l *lane) adapt(succeeded bool, most int) {
	if succeeded {
		l.width = min(l.width+1, most)
		return
	}
	l.width = max(l.width/2, lowestWidth)
}

// idle reports whether nothing would be missed if the lane were forgotten.
func (l *lane) idle() bool {
	return l.queued() == 0 && l.unsettled == 0 && l.due.IsZero() && !l.filling && l.limit == 0
}
