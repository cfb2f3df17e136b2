package fetch

import (
	"time"

	"golang.org/x/time/rate"
)

// How many requests may be sent: to the hosts of each publisher, and in all. The second is above what forgers can make
// of the few publishers whose addresses stand in the request.
const (
	perSecondEach, burstEach = 1, 20
	perSecond, burst         = 10, 100
)

// budget is a number of requests for strangers, and the same for addresses that were fetched before. Forgers name new
// paths faster than anybody asks for a real document; with one budget for both, a certificate in use could not be
// fetched again once its time is up. Two are simpler than an order of who is asked for first, and cannot be talked into
// the wrong one: to be known, an address must have answered with a document.
type budget struct{ strangers, known *rate.Limiter }

func newBudget(perSecond rate.Limit, burst int) budget {
	return budget{rate.NewLimiter(perSecond, burst), rate.NewLimiter(perSecond, burst)}
}

// take reports whether a request may be sent, and counts it.
func (b budget) take(known bool, now time.Time) bool {
	if known {
		return b.known.AllowN(now, 1)
	}
	return b.strangers.AllowN(now, 1)
}
