package receive

import (
	"net/netip"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

const (
	tooMany      = 1_000     // refusals of one caller between two flushes
	mostCallers  = 100_000   // callers that are counted, and as many that are trusted
	networkOfOne = 64        // bits of an IPv6 address that one customer of a network has to themselves
	trustFor     = time.Hour // since a caller proved something
	renewTrust   = time.Minute
)

// caller is an address at one source; the zero source stands for addresses that lead to none. Each source counts for
// itself, so that what is forged at one shuts nobody out of another: providers and proxies have many customers.
type caller struct {
	network netip.Addr
	source  hook.Key
}

// strangers counts the requests of each caller that proved nothing, so that a flood from one is not even read
// (hostile input S26). Only public addresses are counted: behind any other stands a proxy or a neighbour, and
// whoever floods it would shut out everybody else who comes through it. For the same reason a caller is not shut out
// who sent something good a while ago: forged and honest requests may come through one proxy.
type strangers struct {
	mu      sync.RWMutex
	count   map[caller]int
	trusted map[caller]time.Time // since when
}

func newStrangers() *strangers {
	return &strangers{count: map[caller]int{}, trusted: map[caller]time.Time{}}
}

// many reports whether a caller has had enough refusals.
func (s *strangers) many(a netip.Addr, source hook.Key, now time.Time) bool {
	if !public(a) {
		return false
	}
	c := caller{network(a), source}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.count[c] >= tooMany && !s.trusts(c, now)
}

// trusts reports whether the caller proved something a while ago. Who calls it holds mu.
func (s *strangers) trusts(c caller, now time.Time) bool {
	since, ok := s.trusted[c]
	return ok && now.Sub(since) < trustFor
}

// note counts a refusal.
func (s *strangers) note(a netip.Addr, source hook.Key) {
	if !public(a) {
		return
	}
	c := caller{network(a), source}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.count[c]; known || len(s.count) < mostCallers {
		s.count[c]++
	}
}

// trust notes that a caller proved something.
func (s *strangers) trust(a netip.Addr, source hook.Key, now time.Time) {
	if !public(a) {
		return
	}
	c := caller{network(a), source}
	if s.trustedLately(c, now) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.trusted[c]; known || len(s.trusted) < mostCallers {
		s.trusted[c] = now
	}
}

// trustedLately reports whether the caller's trust needs no renewal yet.
func (s *strangers) trustedLately(c caller, now time.Time) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	since, ok := s.trusted[c]
	return ok && now.Sub(since) < renewTrust
}

// forget begins to count anew, and forgets whose trust is over.
func (s *strangers) forget(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.count) > 0 {
		s.count = map[caller]int{}
	}
	for c := range s.trusted {
		if !s.trusts(c, now) {
			delete(s.trusted, c)
		}
	}
}

func public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsValid() && a.IsGlobalUnicast() && !a.IsPrivate() && !shared().Contains(a)
}

// shared is what carriers put between themselves and many customers (RFC 6598).
func shared() netip.Prefix { return netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10) }

func network(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a
	}
	return netip.PrefixFrom(a, networkOfOne).Masked().Addr()
}
