package receive

import (
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/posthorn/posthorn/internal/dialect"
	"github.com/posthorn/posthorn/internal/hook"
)

// carriedOf returns what goes along with the message that a webhook becomes: the original headers that the rule
// names, all of them for a star, the query that it came with, and how far the webhook has come. No header takes the
// place of the query. Headers that authenticate a caller or belong to the connection were never kept, and what may not
// stand in a request of ours is not worth storing.
func carriedOf(r hook.Received, rule hook.Forward) hook.Carried {
	hops, _ := passed(r.Headers) // a number was asked for when it came in
	if len(rule.Headers) == 0 && r.Query == "" {
		return hook.Carried{Hops: hops}
	}
	chosen, all := map[string][]string{}, slices.Contains(rule.Headers, "*")
	if r.Query != "" {
		chosen[dialect.HeaderQuery] = []string{r.Query}
	}
	for name, values := range r.Headers {
		listed := all || slices.ContainsFunc(rule.Headers, func(n string) bool { return strings.EqualFold(n, name) })
		if listed && !never(name) && !slices.Contains(values, redacted) && dialect.Carries(name, values) {
			chosen[name] = values
		}
	}
	return hook.Carry(chosen, hops, dialect.HeaderQuery)
}

// Forwards reports whether an original header of this name, in whatever case, may go along with a message.
func Forwards(name string) bool {
	name = textproto.CanonicalMIMEHeaderKey(name)
	return !never(name) && !secretName(name) && dialect.Carries(name, nil)
}

// passed returns how many Posthorns a webhook has passed through, by what the last one says. It reports false if that
// is no such number.
func passed(header map[string][]string) (hops int, ok bool) {
	values, sent := header[dialect.HeaderSent]
	if !sent {
		return 0, true
	}
	if len(values) != 1 {
		return 0, false
	}
	n, err := strconv.ParseUint(values[0], 10, 31)
	return int(n), err == nil //nolint:gosec // of 31 bits
}

// mayComeIn reports whether a webhook has not gone round too often yet.
func mayComeIn(header map[string][]string) bool {
	hops, ok := passed(header)
	return ok && hops <= hook.MaxHops
}

// keepHops keeps the count among the headers that are stored, whatever a Connection header says about it: a proxy in
// the circle must not be what lets it go on.
func keepHops(kept, came map[string][]string) map[string][]string {
	if sent, there := came[dialect.HeaderSent]; there {
		kept[dialect.HeaderSent] = sent
	}
	return kept
}
