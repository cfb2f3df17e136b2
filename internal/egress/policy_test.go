package egress_test

import (
	"net/netip"
	"strings"
	"testing"

	"code.dny.dev/ssrf"
	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
)

// Allow lists are addresses.
func TestAllowedNetworksAreCIDRs(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"backend":          "name",
		"svc.cluster":      "name",
		"10.0.0.5":         `"10.0.0.5/32"`,
		"::1":              `"::1/128"`,
		"::ffff:10.0.0.5":  `"10.0.0.5/32"`,
		"fe80::%eth0/64":   "zone",
		"::ffff:0:0/90":    "CIDR",
		"10.0.0.0/33":      "CIDR",
		"fe80::1%eth0":     "zone",
		"":                 "name",
		"10.0.0.0/8,::1/8": "CIDR",
	} {
		_, err := egress.NewPolicy(egress.Options{AllowNetworks: []string{text}})
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), hint) {
			t.Errorf("%q: got %v, want a sentence with %q", text, err, hint)
		}
	}
}

func TestAllowedNetworksPermit(t *testing.T) {
	t.Parallel()
	p := policy(t, egress.Options{AllowNetworks: []string{" 127.0.0.0/8 ", "10.1.2.3/16", "::ffff:192.168.7.0/120", "fd00::/8", "64:ff9b::/96", "0.0.0.0/8"}})
	for raw, ok := range map[string]bool{
		"http://127.0.0.1:38211/":          true, // plain http too, and any port a test server may get
		"https://127.9.9.9/":               true,
		"http://[::ffff:127.0.0.1]:8080/":  true, // trap: a mapped address is unmapped before it is compared
		"http://10.1.255.1/":               true,
		"http://10.2.0.1/":                 false,
		"http://192.168.7.9/":              true,
		"http://192.168.8.9/":              false,
		"http://[fd00::1]/":                true,
		"http://[fd00::1%25lo]/":           false, // trap: zones
		"http://[::1]/":                    false,
		"http://0.0.0.0/":                  false, // trap: reaches loopback, whatever the operator wrote
		"http://[::]/":                     false,
		"https://[64:ff9b::808:808]/":      true,
		"https://[64:ff9b::a9fe:a9fe]/":    false, // what is inside is vetted, too
		"https://[64:ff9b::7f00:1]/":       true,  // inside is allowed
		"http://127.0.0.1:6379/":           false, // no allow list opens the ports of other services
		"http://127.0.0.1:22/":             false,
		"http://backend:8080/":             true, // decided when it is dialled
		"http://localhost:8080/":           true,
		"http://example.com/":              true,
		"http://93.184.216.34/":            false,
		"https://93.184.216.34/":           true,
		"https://[2600::5efe:127.0.0.1]/x": false,
	} {
		_, _, err := p.CheckURL(raw)
		if (err == nil) != ok {
			t.Errorf("%s: got %v", raw, err)
		}
	}
}

func TestAllowHTTPPermitsPlainHTTPToPublicAddressesOnly(t *testing.T) {
	t.Parallel()
	p := policy(t, egress.Options{AllowHTTP: true})

	for _, raw := range []string{"http://example.com/", "http://93.184.216.34:8080/", "https://example.com/"} {
		if _, _, err := p.CheckURL(raw); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
	_, _, err := p.CheckURL("http://127.0.0.1/")
	refused(t, err)
}

func TestOwnAddressesAreRefused(t *testing.T) {
	t.Parallel()
	p := policy(t, egress.Options{
		AllowNetworks: []string{"127.0.0.0/8", "10.0.0.0/8"},
		Listeners:     []netip.AddrPort{netip.MustParseAddrPort("[::]:8071"), netip.MustParseAddrPort("10.0.0.7:9090")},
		LocalAddrs:    []netip.Addr{netip.MustParseAddr("10.0.0.7"), netip.MustParseAddr("::ffff:10.0.0.8")},
		OwnURLs:       []string{"https://Hooks.acme.com"},
	})
	for raw, ok := range map[string]bool{
		"http://127.0.0.1:8071/":           false,
		"http://127.7.7.7:8071/":           false, // trap: an unspecified listener answers on all of 127/8
		"http://10.0.0.7:8071/":            false,
		"http://10.0.0.8:8071/":            false,
		"http://10.0.0.9:8071/":            true,
		"http://10.0.0.7:9090/":            false,
		"http://10.0.0.8:9090/":            true,
		"http://127.0.0.1:8072/":           true,
		"https://hooks.acme.com/in/x":      false,
		"https://hooks.acme.com:443/":      false,
		"https://hooks.acme.com:8443/":     true,
		"https://HOOKS.acme.com./api/v1/x": false,
	} {
		_, _, err := p.CheckURL(raw)
		if (err == nil) != ok {
			t.Errorf("%s: got %v", raw, err)
		}
	}
}

func TestLocalAddrsFindLoopback(t *testing.T) {
	t.Parallel()
	addrs, err := egress.LocalAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if a.IsLoopback() {
			return
		}
	}
	t.Errorf("no loopback address in %v", addrs)
}

// The library that keeps the tables also decides; we may be stricter (ISATAP, zones), never laxer.
func TestVerdictsAgreeWithTheTablesOwner(t *testing.T) {
	t.Parallel()
	oracle := ssrf.New(ssrf.WithAnyPort())
	rapid.Check(t, func(r *rapid.T) {
		addr := drawAddr(r)
		_, _, err := egress.Policy{}.CheckURL("https://" + netip.AddrPortFrom(addr, 443).String() + "/")
		verdict := oracle.SafeAddr(addr.Unmap())
		if err == nil && verdict != nil {
			r.Fatalf("%s passed, but %v", addr, verdict)
		}
		if b := addr.As16(); err != nil && verdict == nil && [2]byte(b[10:12]) != [2]byte{0x5e, 0xfe} {
			r.Fatalf("%s: %v", addr, err)
		}
	})
}

// drawAddr draws any address, and as often one at the edge of a special network.
func drawAddr(r *rapid.T) netip.Addr {
	networks := append(append([]netip.Prefix{ssrf.IPv6GlobalUnicast, ssrf.IPv6NAT64Prefix}, ssrf.IPv4DeniedPrefixes...), ssrf.IPv6DeniedPrefixes...)
	switch rapid.IntRange(0, 3).Draw(r, "kind") {
	case 0:
		return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(r, "v4")))
	case 1:
		return netip.AddrFrom16([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "v6")))
	case 2:
		v4 := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(r, "mapped")))
		return netip.AddrFrom16(v4.As16())
	}
	first := rapid.SampledFrom(networks).Draw(r, "network").Addr()
	if before := first.Prev(); before.IsValid() && rapid.Bool().Draw(r, "before") {
		return before
	}
	return first
}
