package receive

import (
	"net/netip"
	"sync"
)

const (
	tooMany      = 1_000   // refusals of one address between two flushes
	mostAddress  = 100_000 // addresses that are counted
	networkOfOne = 64      // bits of an IPv6 address that one customer of a network has to themselves
)

// strangers counts the requests of each address that proved nothing, so that a flood from one is not even read
// (hostile input S26). Only public addresses are counted: behind any other stands a proxy or a neighbour, and
// whoever floods it would shut out everybody else who comes through it.
type strangers struct {
	mu    sync.Mutex
	count map[netip.Addr]int
}

func newStrangers() *strangers { return &strangers{count: map[netip.Addr]int{}} }

// many reports whether an address has had enough refusals.
func (s *strangers) many(a netip.Addr) bool {
	if !public(a) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count[network(a)] >= tooMany
}

// note counts a refusal.
func (s *strangers) note(a netip.Addr) {
	if !public(a) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := network(a)
	if _, known := s.count[at]; known || len(s.count) < mostAddress {
		s.count[at]++
	}
}

// forget begins anew.
func (s *strangers) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.count) > 0 {
		s.count = map[netip.Addr]int{}
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
