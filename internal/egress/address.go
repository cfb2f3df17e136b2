package egress

import (
	"net/netip"
	"strings"

	"code.dny.dev/ssrf"
)

// allows reports whether the operator's list covers addr, which is unmapped and has no zone. A NAT64
// address stands for the IPv4 address inside it, which therefore has to pass by itself.
func (p Policy) allows(addr netip.Addr) bool {
	if !within(p.allowed, addr) {
		return false
	}
	if !ssrf.IPv6NAT64Prefix.Contains(addr) {
		return true
	}
	inner := embedded(addr)
	return within(p.allowed, inner) || !forbidden(inner)
}

// embedded returns the IPv4 address in the last four bytes of addr, see RFC 6052 section 2.2.
func embedded(addr netip.Addr) netip.Addr {
	b := addr.As16()
	return netip.AddrFrom4([4]byte(b[12:]))
}

// forbidden reports whether addr, unmapped and without zone, is anything but a public unicast
// address. The tables are the special-purpose registries of IANA, kept by the ssrf package; nothing
// from netip or net serves here, their IsGlobalUnicast is true for half of the registry.
func forbidden(addr netip.Addr) bool {
	if addr.Is4() {
		return within(ssrf.IPv4DeniedPrefixes, addr)
	}
	return !ssrf.IPv6GlobalUnicast.Contains(addr) || within(ssrf.IPv6DeniedPrefixes, addr) || isatap(addr)
}

// isatap reports whether addr carries an IPv4 address that a tunnel on this machine would send to.
// It can stand below any prefix and so in no table: the interface identifier tells, RFC 5214 section 6.1.
func isatap(addr netip.Addr) bool {
	b := addr.As16()
	return b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

func within(networks []netip.Prefix, addr netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(addr) {
			return true
		}
	}
	return false
}

// permittedPort reports whether webhooks may be sent to port. Below 1024 only the web's own ports are;
// above, everything but services that would take a request's bytes for commands, or do harm over HTTP.
func permittedPort(port uint16) bool {
	switch {
	case port == 80, port == 443, port >= 8000 && port <= 8999:
		return true
	case port < 1024:
		return false
	}
	return !knownService(port)
}

// knownService lists databases, queues, control planes and remote shells by their registered or usual
// ports (IANA service name registry), and the "bad ports" of the WHATWG Fetch standard from 1024 on.
func knownService(port uint16) bool {
	switch port {
	case 1433, 1434, 1521, 3306, 5432, 5433, 5984, 7000, 7001, 7199, 9042, 9160, 26257, 27017, 27018, 27019, 28015: // databases
		return true
	case 6379, 6380, 11211, 9200, 9300, 2181, 2379, 2380, 4001: // caches, search, coordination
		return true
	case 4222, 5671, 5672, 9092, 15672, 25672, 61613, 61616, 4369, 1883: // queues
		return true
	case 2375, 2376, 6443, 10250, 10255, 16443: // container control planes
		return true
	case 2049, 3128, 3389, 5900, 5901, 5985, 5986, 9418, 1080: // files, proxies, remote desktops and shells
		return true
	case 1719, 1720, 1723, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080: // Fetch
		return true
	}
	return false
}

// internalName reports whether host can only mean something inside a network: a single label, or a
// name below a top-level domain that is reserved for such use (RFC 6761, 6762, 7686, 8375, and
// ICANN's reservation of "internal").
func internalName(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch last {
	case host, "localhost", "local", "internal", "invalid", "onion":
		return true
	}
	return strings.HasSuffix(host, ".home.arpa")
}

// isLocalhost reports whether host is the name that means this machine, RFC 6761 section 6.3.
func isLocalhost(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
