package crash

import (
	"slices"
	"time"
)

// slack is how much later than the end of a fault a receiver may read a request that had left before it: the
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

// checkDuplicates holds that a request is repeated only after a refusal, or because a fault fell
// between the request and the moment its answer was stored; that such a repetition is marked; and that
// no fault explains more of them than could be in flight.
func (c *checker) checkDuplicates() {
	perFault := make([]int, len(c.history.Faults))
	for d, arrivals := range c.arrivals {
		cut := 0
		for i := 1; i < len(arrivals); i++ {
			if refused(arrivals[i-1]) {
				continue
			}
			k := c.faultBetween(arrivals[i-1], arrivals[i])
			if k < 0 {
				c.report(RuleDuplicate, "%s: at %v and again at %v", d, arrivals[i-1].At, arrivals[i].At)
				continue
			}
			cut++
			perFault[k]++
		}
		if marked := c.interruptions(d); cut > marked {
			c.report(RuleUnmarked, "%s: repeated %d times after faults, %d interrupted attempts", d, cut, marked)
		}
	}
	for k, n := range perFault {
		if n > c.limits.InFlight {
			c.report(RuleTooMany, "%d after the %s at %v, at most %d were in flight", n, c.history.Faults[k].What, c.history.Faults[k].At, c.limits.InFlight)
		}
	}
}

// Repeated returns how many requests followed one that was not refused.
func Repeated(h History) int {
	c := &checker{history: h}
	c.arrange()
	n := 0
	for _, arrivals := range c.arrivals {
		for i := 1; i < len(arrivals); i++ {
			if !refused(arrivals[i-1]) {
				n++
			}
		}
	}
	return n
}

// refused says whether the receiver gave an answer that asks for a repetition.
func refused(a Arrival) bool { return a.Status >= 300 }

// faultBetween returns the number of the fault that explains why next follows first, or -1.
func (c *checker) faultBetween(first, next Arrival) int {
	for i, k := range c.history.Faults {
		before := first.At <= k.Over+slack && next.At >= k.At
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
