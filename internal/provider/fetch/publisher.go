package fetch

import "time"

// How long documents are believed. A key that its provider withdraws is believed for keep; for longest, counted from
// when it was fetched, if the provider cannot be asked again: what it has published an hour ago is rarely wrong, and
// senders do not all try again for longer. A definite answer, such as that the document is gone, ends it at once.
const (
	keep    = 10 * time.Minute
	longest = time.Hour
	renewal = time.Minute // a set without the key that a request names is asked for again after that
)

// How long a failure is remembered, so that a broken publisher is not asked for every webhook.
const (
	failureKept  = 10 * time.Second
	definiteKept = 30 * time.Second
)

// How much is remembered. Most publishers have one document, SNS one for each region.
const (
	mostPublishers = 512
	mostPages      = 16
	mostFailures   = 64
)

// publisher is what is remembered of the hosts of one provider. Each has its own, so that forged addresses at one
// neither use up the budget of another nor push out its documents.
type publisher struct {
	budget   budget
	pages    *lru[page]
	failures *lru[failure] // apart from the pages: forgers make failures without end
}

// page is a document. One that its publisher has withdrawn has no text, but its address is still known.
type page struct {
	text []byte
	at   time.Time
}

type failure struct {
	err      error
	definite bool
	at       time.Time
}

// within reports whether a moment is less than d ago. One in the future, after the clock was set back, is not.
func within(at, now time.Time, d time.Duration) bool {
	age := now.Sub(at)
	return age >= 0 && age < d
}

// publisher returns what is remembered under a name; see name. The caller holds the mutex.
func (s *Source) publisher(who string) *publisher {
	if p, ok := s.publishers.get(who); ok {
		return p
	}
	p := &publisher{
		budget: newBudget(perSecondEach, burstEach),
		pages:  newLRU[page](mostPages), failures: newLRU[failure](mostFailures),
	}
	s.publishers.put(who, p)
	return p
}

// recall returns the document, or the failure to get it, if it is fresh enough; neither if it must be asked for.
func (s *Source) recall(who, address string, patient patience) ([]byte, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now, p := s.clock.Now(), s.publisher(who)
	if one, ok := p.pages.get(address); ok && one.text != nil && within(one.at, now, patient.page) {
		return one.text, nil
	}
	f, ok := p.failures.get(address)
	quiet := patient.passing
	if f.definite {
		quiet = patient.definite
	}
	if ok && within(f.at, now, quiet) {
		return nil, f.err
	}
	return nil, nil
}

// remember keeps an answer.
func (s *Source) remember(who, address string, text []byte, failed *failure) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now, p := s.clock.Now(), s.publisher(who)
	if failed == nil {
		p.pages.put(address, page{text, now})
		return
	}
	p.failures.put(address, failure{failed.err, failed.definite, now})
	if _, known := p.pages.get(address); known && failed.definite {
		p.pages.put(address, page{})
	}
}

// stale returns a document that is not fresh but not too old either, for when its publisher cannot be asked.
func (s *Source) stale(address string, hosts []string) []byte {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	one, _ := s.publisher(name(hosts)).pages.get(plain(address))
	if !within(one.at, s.clock.Now(), longest) {
		return nil
	}
	return one.text
}

// mayAsk takes from the budgets of the publisher and of all. An address is known if it was fetched before.
func (s *Source) mayAsk(who, address string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now, p := s.clock.Now(), s.publisher(who)
	_, known := p.pages.get(address)
	return p.budget.take(known, now) && s.budget.take(known, now)
}
