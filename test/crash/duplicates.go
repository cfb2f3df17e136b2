package crash

import (
	"slices"
	"time"
)

// slack is how much later than the kill a receiver may read a request that had left before it: the
// bytes wait in the kernel meanwhile.
const slack = time.Second

// arrange sorts the history by delivery.
func (c *checker) arrange() {
	c.targets, c.listed = map[string][]string{}, map[string]Message{}
	c.arrivals, c.states, c.attempts = map[pair][]Arrival{}, map[pair]int{}, map[pair][]Attempt{}
	for _, e := range c.history.Endpoints {
		c.targets[e.App] = append(c.targets[e.App], e.ID)
	}
	for _, m := range c.history.Messages {
		c.listed[m.ID] = m
	}
	for _, a := range c.history.Arrivals {
		d := pair{a.Message, a.Endpoint}
		c.arrivals[d] = append(c.arrivals[d], a)
	}
	for _, arrivals := range c.arrivals {
		slices.SortFunc(arrivals, func(a, b Arrival) int { return int(a.At - b.At) })
	}
	for _, s := range c.history.Destinations {
		c.states[pair{s.Message, s.Endpoint}] = s.Status
	}
	for _, a := range c.history.Attempts {
		d := pair{a.Message, a.Endpoint}
		c.attempts[d] = append(c.attempts[d], a)
	}
}

// checkDuplicates holds that a request is repeated only after a refusal, or because a kill fell
// between the request and the moment its answer was stored; that such a repetition is marked; and that
// no kill explains more of them than could be in flight.
func (c *checker) checkDuplicates() {
	perKill := make([]int, len(c.history.Kills))
	for d, arrivals := range c.arrivals {
		cut := 0
		for i := 1; i < len(arrivals); i++ {
			if refused(arrivals[i-1]) {
				continue
			}
			k := c.killBetween(arrivals[i-1], arrivals[i])
			if k < 0 {
				c.report(RuleDuplicate, "%s: at %v and again at %v", d, arrivals[i-1].At, arrivals[i].At)
				continue
			}
			cut++
			perKill[k]++
		}
		if marked := c.interruptions(d); cut > marked {
			c.report(RuleUnmarked, "%s: repeated %d times after kills, %d interrupted attempts", d, cut, marked)
		}
	}
	for k, n := range perKill {
		if n > c.limits.InFlight {
			c.report(RuleTooMany, "%d after the kill at %v, at most %d were in flight", n, c.history.Kills[k].At, c.limits.InFlight)
		}
	}
}

// refused says whether the receiver gave an answer that asks for a repetition.
func refused(a Arrival) bool { return a.Status >= 300 }

// killBetween returns the number of the kill that explains why next follows first, or -1.
func (c *checker) killBetween(first, next Arrival) int {
	for i, k := range c.history.Kills {
		before := first.At <= k.Gone+slack && next.At >= k.At
		unsettled := k.At-max(first.At, first.Answered) <= c.limits.Window
		if before && unsettled {
			return i
		}
	}
	return -1
}

// interruptions returns how many attempts of d were cut off.
func (c *checker) interruptions(d pair) int {
	n := 0
	for _, a := range c.attempts[d] {
		if a.Outcome == interrupted {
			n++
		}
	}
	return n
}
