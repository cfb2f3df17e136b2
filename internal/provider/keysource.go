package provider

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// KeySource fetches what a provider publishes: its signing certificate, its set of public keys.
type KeySource interface {
	// Fetch returns the document at an https address, from a cache if it may. It follows no redirect that leaves
	// the hosts, reads no more than a few hundred kilobytes, and goes out through the guarded door, because the
	// address may come from a forged request. A failure is an error; the request is then refused.
	Fetch(ctx context.Context, address string, hosts []string) ([]byte, error)
}

// KeyRenewer is a KeySource that can be told that its document seems to be out of date.
type KeyRenewer interface {
	// Renew returns the document as it is now, or as it was a short while ago: a forged request names any key, so how
	// often the provider is asked is for the source to bound. A failure is an error, never an older document.
	Renew(ctx context.Context, address string, hosts []string) ([]byte, error)
}

// Fetched says which document holds the key, and on which hosts it may lie.
type Fetched struct {
	From  Piece    // the address: a Literal, or a piece of the request
	Hosts []string // a star stands for one label: "sns.*.amazonaws.com"
	Ends  string   // what the path ends with, such as ".pem"; anything if empty
}

// None reports whether nothing is fetched.
func (f Fetched) None() bool { return f.From.None() }

// document fetches the document.
func (f Fetched) document(ctx context.Context, c *Check) ([]byte, error) {
	if c.Keys == nil {
		return f.through(ctx, c, nil)
	}
	return f.through(ctx, c, c.Keys.Fetch)
}

// renewed fetches the document anew; nil if the source cannot.
func (f Fetched) renewed(ctx context.Context, c *Check) ([]byte, error) {
	source, ok := c.Keys.(KeyRenewer)
	if !ok {
		return nil, nil
	}
	return f.through(ctx, c, source.Renew)
}

// getter is one of the methods of a KeySource; nil if there is none.
type getter func(ctx context.Context, address string, hosts []string) ([]byte, error)

// through looks closely at the address before it lets anything be fetched.
func (f Fetched) through(ctx context.Context, c *Check, get getter) ([]byte, error) {
	address, err := f.From.Read(c)
	if err != nil {
		return nil, err
	}
	if !f.allows(address) || f.From.kind != text && !onlyPath(address) {
		return nil, Refuse(KeyHost, f.From.String())
	}
	if get == nil {
		return nil, Refuse(KeyUnavailable, "public key")
	}
	document, err := get(ctx, address, f.Hosts)
	if err != nil {
		return nil, &unavailable{Refusal{KeyUnavailable, "public key"}, err}
	}
	return document, nil
}

// onlyPath reports whether an address that a request brings is written as providers write theirs: a host and a plain
// path. With queries, escapes and detours a forger could name one document in any number of ways, and each would be
// fetched and kept.
func onlyPath(address string) bool {
	return !strings.ContainsAny(address, "?%;") && !strings.Contains(address, "/.") && strings.Count(address, "//") == 1
}

// unavailable carries the cause for the log.
type unavailable struct {
	Refusal
	cause error
}

// Unwrap returns both.
func (u *unavailable) Unwrap() []error { return []error{u.Reason, u.cause} }

// allows reports whether an address is plain https on a host of the provider.
func (f Fetched) allows(address string) bool { return Allowed(address, f.Hosts, f.Ends) }

// Allowed reports whether an address is https on one of the hosts, without a user, a port or a fragment, with a path
// that ends as it should.
func Allowed(address string, hosts []string, ends string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Opaque != "" || u.Fragment != "" {
		return false
	}
	if u.Port() != "" && u.Port() != "443" || strings.Contains(address, `\`) {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return strings.HasSuffix(u.Path, ends) &&
		slices.ContainsFunc(hosts, func(pattern string) bool { return sameHost(pattern, host) })
}

// sameHost compares label by label, so that a star never swallows a dot.
func sameHost(pattern, host string) bool {
	want, got := strings.Split(pattern, "."), strings.Split(host, ".")
	return slices.EqualFunc(want, got, func(w, g string) bool { return w == g || w == "*" && plainLabel(g) })
}

func plainLabel(label string) bool {
	return label != "" && !strings.ContainsFunc(label, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}
