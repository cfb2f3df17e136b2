package config

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/posthorn/posthorn/internal/retry"
)

// Size is a number of bytes. Its text is such as "512", "512B", "64KiB", "1MiB" or "2GiB"; KB, MB and
// GB mean the same, since nobody who writes a limit of 1MB wants 1,000,000.
type Size int64

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) error {
	number := strings.ToLower(strings.TrimSpace(string(text)))
	factor := int64(1)
	for _, unit := range []struct {
		names  []string
		factor int64
	}{{[]string{"tib", "tb"}, 1 << 40}, {[]string{"gib", "gb"}, 1 << 30}, {[]string{"mib", "mb"}, 1 << 20}, {[]string{"kib", "kb"}, 1 << 10}, {[]string{"b"}, 1}} {
		if rest, ok := cutAny(number, unit.names); ok {
			number, factor = strings.TrimSpace(rest), unit.factor
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/factor {
		return errValue
	}
	*s = Size(n * factor)
	return nil
}

func cutAny(text string, suffixes []string) (string, bool) {
	for _, suffix := range suffixes {
		if rest, ok := strings.CutSuffix(text, suffix); ok {
			return rest, true
		}
	}
	return text, false
}

// Networks is a list of networks in CIDR form.
type Networks []netip.Prefix

// UnmarshalText reads networks separated by commas. A bare address is refused rather than guessed to
// be a network of one, and so is an address inside of a network: either could be a slip.
func (n *Networks) UnmarshalText(text []byte) error {
	networks := Networks{}
	for _, word := range fields(string(text)) {
		network, err := parseNetwork(word)
		if err != nil {
			return err
		}
		networks = append(networks, network)
	}
	*n = networks
	return nil
}

func parseNetwork(word string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(word); err == nil && addr.Zone() == "" {
		return netip.Prefix{}, reasonf("%s is an address, write %s for that one alone", word, alone(addr))
	}
	network, err := netip.ParsePrefix(word)
	if err != nil {
		return netip.Prefix{}, reasonf("%q is not a network", word)
	}
	if network != network.Masked() {
		return netip.Prefix{}, reasonf("%s is an address in a network, write %s for the network or %s for the address alone",
			word, network.Masked(), alone(network.Addr()))
	}
	return network, nil
}

// alone returns the network that has nothing but addr in it.
func alone(addr netip.Addr) netip.Prefix { return netip.PrefixFrom(addr, addr.BitLen()) }

// Strings returns the networks as text.
func (n Networks) Strings() []string {
	texts := make([]string, 0, len(n))
	for _, network := range n {
		texts = append(texts, network.String())
	}
	return texts
}

// Schedule is a retry policy.
type Schedule struct{ retry.Policy }

// UnmarshalText reads a schedule such as "5s,5m,30m,1d".
func (s *Schedule) UnmarshalText(text []byte) error {
	policy, err := retry.Parse(string(text), parseDuration)
	if err != nil {
		return reason(err.Error())
	}
	s.Policy = policy
	return nil
}

// fields splits a list at commas and drops what is blank.
func fields(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}
