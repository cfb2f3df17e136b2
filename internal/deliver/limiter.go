package deliver

import (
	"time"

	"golang.org/x/time/rate"
)

// limiter spaces requests to at most this run's share of limit a second. The zero value lets everything through.
type limiter struct {
	limit  int // of all runs together
	runs   int
	bucket *rate.Limiter
}

// burstShare is the part of a second's requests that may leave at once. Without it a high limit could not
// be used up, because timers are coarser than the space between two requests.
const burstShare = 100

func (r *limiter) set(limit, runs int) {
	if r.limit == limit && r.runs == runs {
		return
	}
	*r = limiter{limit: limit, runs: runs}
	if limit > 0 {
		r.bucket = rate.NewLimiter(rate.Limit(float64(limit)/float64(runs)), 1+limit/runs/burstShare)
	}
}

// delay returns how long the next request must wait; zero if it may leave now.
func (r *limiter) delay(now time.Time) time.Duration { return r.until(1, now) }

// rest returns how long it takes until nothing is remembered of the requests so far.
func (r *limiter) rest(now time.Time) time.Duration {
	if r.bucket == nil {
		return 0
	}
	return r.until(r.bucket.Burst(), now)
}

func (r *limiter) until(tokens int, now time.Time) time.Duration {
	if r.bucket == nil {
		return 0
	}
	missing := float64(tokens) - r.bucket.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	// A nanosecond more, so that rounding does not make the alarm ring a moment early.
	return time.Duration(missing/float64(r.bucket.Limit())*float64(time.Second)) + 1
}

// restart makes places free up from now on, also if the last request left at a later time by the clock of then.
func (r *limiter) restart(now time.Time) {
	if r.bucket != nil {
		r.bucket.AllowN(now, 0)
	}
}

// spend takes the place of a request that delay let through.
func (r *limiter) spend(now time.Time) {
	if r.bucket != nil {
		r.bucket.AllowN(now, 1)
	}
}
