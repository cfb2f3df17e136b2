package diagnose

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// hints are what cannot be proven, because what was signed cannot be had back.
func (c Case) hints(ctx context.Context, p provider.Provider, explained bool, base outcome) []Finding {
	if explained {
		return nil
	}
	strange := strangeMACs(ctx, &c.Check)
	found := append(append(c.bodyHints(), strange...), c.secretHints(p, base)...)
	if errors.Is(base.err, provider.Missing) && len(strange) == 0 && len(present(p, c.Check.Request.Header)) == 0 {
		found = append(found, c.lookHint(p)...)
	}
	if len(found) == 0 && errors.Is(base.err, provider.NoMatch) {
		text := "No usual change of the body, other form of the secret or other place of the signature explains it. Most likely the secret is " +
			"another one: of another endpoint, of the test mode, or from before it was rotated."
		found = append(found, Finding{Secret, "another_secret", text, false})
	}
	return found
}

func (c Case) bodyHints() []Finding {
	hint := func(code, format string, args ...any) Finding {
		return Finding{Body, code, fmt.Sprintf(format, args...), false}
	}
	var found []Finding
	body, h := c.Check.Request.Body, c.Check.Request.Header
	switch {
	case len(body) == 0 && c.Missing > 0:
		found = append(found, hint("empty", "The body is empty, but %d bytes are announced: it was read before it was captured.", c.Missing))
	case c.Missing > 0:
		found = append(found, hint("cut_off", "The body ends %d bytes before its announced end.", c.Missing))
	}
	if strings.EqualFold(h.Get("Content-Encoding"), "gzip") && !bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		found = append(found, hint("decompressed", "The headers say gzip and the body is not: if the provider signed the compressed bytes, they are gone."))
	}
	if bytes.ContainsRune(body, '\ufffd') {
		found = append(found, hint("replaced", "The body contains the replacement character: something decoded it as text and lost bytes that were signed."))
	}
	if inOrder(body) {
		found = append(found, hint("keys_in_order", "The keys of the JSON are in alphabetical order, as parsers leave them that sort; if the provider writes them "+
			"in another order, the signed body cannot be had back."))
	}
	return found
}

// inOrder reports whether a JSON object of several keys has them all in order. By chance few have.
func inOrder(body []byte) bool {
	const fewest = 4
	again := sorted(body)
	if again == nil || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return false
	}
	var keys map[string]json.RawMessage
	return json.Unmarshal(body, &keys) == nil && len(keys) >= fewest && bytes.Equal(plainRunes(compact(body)), plainRunes(again))
}

// secretHints compare what was pasted with what the provider shows.
func (c Case) secretHints(p provider.Provider, base outcome) []Finding {
	if !errors.Is(base.err, provider.BadSecret) {
		return nil
	}
	return []Finding{{Secret, "form", "The secret does not look like one of " + p.Name + ": " + p.Secret.Name + ", " + p.Secret.Hint + ".", false}}
}

// lookHint says whose headers these are.
func (c Case) lookHint(p provider.Provider) []Finding {
	order := looks(c.Catalog, c.Check.Request.Header)
	if len(order) == 0 {
		return []Finding{{Header, "unsigned", "No header of the request is the signature of any provider known here: something between dropped it, or " +
			"signing is not switched on at " + p.Name + ".", false}}
	}
	return []Finding{{Provider, "looks_like", "The headers look like " + order[0].Provider + " (" + strings.Join(order[0].Headers, ", ") + ").", false}}
}
