package egress

import "net/netip"

// rule is the reason for a refusal. It names what the policy says and nothing about what is, or is
// not, at the address: an endpoint's owner must not learn our network by writing URLs.
type rule uint8

const (
	permitted rule = iota
	ruleNoTarget
	ruleAddress
	rulePort
	ruleHTTP
	ruleOwn
)

func (r rule) code() string {
	switch r {
	case rulePort:
		return "port_forbidden"
	case ruleHTTP:
		return "scheme_forbidden"
	case ruleOwn:
		return "own_address"
	}
	return "address_forbidden"
}

func (r rule) sentence() string {
	switch r {
	case rulePort:
		return "This port is not permitted; use 443, 80, or one from 1024 on that no other well-known service uses."
	case ruleHTTP:
		return "Plain http is not permitted here; use an https URL."
	case ruleOwn:
		return "This URL points to this server itself; use the address of the receiver."
	case ruleNoTarget:
		return "There is no URL to send to."
	}
	return "This URL does not point to a public address; use one that is reachable from the internet, or ask the operator to allow the network."
}

// refuseOne returns the dial error for a name of whose addresses some are permitted and this one is not.
func (r rule) refuseOne(addr netip.Addr) error {
	return &dialError{outcome: Refused, detail: "The host name has several addresses, of which " + addr.String() + " is refused: remove its record. " + r.sentence()}
}

// refuse returns the dial error for r.
func (r rule) refuse(cause error) error {
	return &dialError{outcome: Refused, detail: r.sentence(), cause: cause}
}
