package deliver

import (
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// parcel is a message in memory, held once however many endpoints it goes to.
type parcel struct {
	message hook.Message
	text    string // the message's id as requests show it
	fan     int    // fresh deliveries it had at first
	left    int    // deliveries in memory that are not settled; the scheduler's lock guards it
	carried int    // bytes that the message carries beside its payload
}

func newParcel(m hook.Message) *parcel {
	return &parcel{message: m, text: id.Message.Text(m.ID), carried: m.Carried.Size()}
}

// parcelCost is what a parcel takes beside that, so that many small ones are bounded too.
const parcelCost = 512

func (p *parcel) size() int { return len(p.message.Payload) + p.carried + parcelCost }

// job is a delivery in memory.
type job struct {
	parcel   *parcel
	lane     *lane
	delivery hook.Delivery
	fresh    bool   // from a publish, without a row of its own
	limits   limits // that it was let through under
}

// limits are the requests a second of an endpoint and its application, as far as the scheduler has learned them.
type limits struct {
	endpoint, application int
	known                 bool
}

// Widths of a lane: how many requests to one endpoint may be on the wire. A lane begins narrow, widens
// with every success and narrows with every failure, so that endpoints that hang all at once cannot
// take every worker.
const (
	firstWidth  = 16
	lowestWidth = 2
)

// lane is the queue of one endpoint. The scheduler's lock guards it, health apart.
type lane struct {
	application, endpoint hook.Key

	tenant *tenant
	fresh  deque[*job] // from publishes, in publish order
	leased deque[*job] // from the backlog
	turn   bool        // whose turn among the two is next

	width     int // requests that may be on the wire now
	requests  int // on the wire
	unsettled int // taken from the queues and not yet settled; bounds what a crash leaves in doubt
	listed    bool

	known bool // whether the rate limit was learned from the endpoint yet
	rate  limiter

	due     time.Time // when the backlog has something next; zero if it has nothing
	filling bool      // somebody is reading from the backlog, or is about to
	alarm   time.Time // when the timekeeper looks at the lane next, while place is not negative
	place   int       // in the timekeeper's heap

	complained time.Time // when the log last said that nothing can be sent to the endpoint

	health sync.Mutex // held from the decision to change the endpoint's health until that is stored
}

func (l *lane) queued() int { return l.fresh.len() + l.leased.len() }

// pop takes the next job: the two queues take turns while both have one.
func (l *lane) pop() *job {
	l.turn = !l.turn
	if l.fresh.len() == 0 || l.turn && l.leased.len() > 0 {
		return l.leased.pop()
	}
	return l.fresh.pop()
}

// open reports whether one more request may be sent now, the rate limit aside. Until the endpoint's own
// limit is known one at a time is enough.
func (l *lane) open(m Limits, share int) bool {
	width := min(l.width, m.InFlight, share)
	if !l.known {
		width = 1
	}
	return l.queued() > 0 && l.requests < width && l.unsettled < m.Window
}

// adapt changes the width after an attempt.
func (l *lane) adapt(succeeded bool, most int) {
	if succeeded {
		l.width = min(l.width+1, most)
		return
	}
	l.width = max(l.width/2, lowestWidth)
}

// appetite is how many deliveries are worth reading back at a time: what the endpoint takes in two rounds.
// One that hangs is narrow, so that its backlog does not fill the memory of the others.
func (l *lane) appetite() int { return min(2*l.width, claimBatch) }

// hungry reports whether it is time to read from the backlog, if that has something.
func (l *lane) hungry() bool { return !l.filling && l.leased.len() <= l.appetite()/2 }

// idle reports whether the lane has nothing to do and nothing to wait for.
func (l *lane) idle() bool {
	return l.queued() == 0 && l.requests == 0 && l.unsettled == 0 && l.due.IsZero() && !l.filling && l.place < 0
}

// rest returns how long the rate limits remember what was sent. The application's is remembered as long as
// one of its lanes is.
func (l *lane) rest(now time.Time) time.Duration {
	rest := l.rate.rest(now)
	if l.tenant.members == 1 {
		rest = max(rest, l.tenant.rate.rest(now))
	}
	return rest
}
