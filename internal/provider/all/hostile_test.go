package all_test

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// hostile is a request that must be refused.
type hostile struct {
	name  string
	check *provider.Check
}

func TestEveryProviderTakesWhatItsSenderSigns(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		t.Run(s.name(), func(t *testing.T) {
			got, err := s.declared(t).Judge(t.Context(), s.good(t))
			if err != nil {
				t.Fatal(err)
			}
			if got.Reply != nil || got.ID != s.id || got.Type != s.kind {
				t.Errorf("got %+v, want id %q and type %q", got, s.id, s.kind)
			}
		})
	}
}

func TestEveryProviderRefusesWhatIsHostile(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		p := s.declared(t)
		for _, h := range slices.Concat(
			badProofs(t, s), badSecrets(t, s), badTimes(t, s), changedBodies(t, s), changedAddresses(t, s), badMethods(t, s),
		) {
			t.Run(s.name()+"/"+h.name, func(t *testing.T) {
				got, err := p.Judge(t.Context(), h.check)

				mustRefuse(t, s, h, got, err)
			})
		}
	}
}

// mustRefuse asks for a typed reason that gives away neither a secret nor a signature.
func mustRefuse(t *testing.T, s sample, h hostile, got provider.Verdict, err error) {
	t.Helper()
	var refusal *provider.Refusal
	if err == nil {
		t.Fatalf("accepted: %+v", got)
	}
	if !errors.As(err, &refusal) && !errors.As(err, new(provider.Reason)) {
		t.Errorf("refused without a reason: %v", err)
	}
	told := err.Error()
	for _, secret := range []string{s.secret, s.foreign} {
		if secret != "" && strings.Contains(told, secret) {
			t.Errorf("the reason tells the secret: %s", told)
		}
	}
	if len(told) > 300 {
		t.Errorf("the reason quotes the request: %s", told)
	}
}

// A proof that the tests cannot find is one that they do not attack.
func TestEveryProofStandsWhereTheFactsSay(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		f, c := s.facts(t), s.good(t)
		if f.Signature.None() {
			continue
		}
		if !slices.ContainsFunc(places(f.Signature), func(p place) bool { _, ok := p.get(&c.Request); return ok }) {
			t.Errorf("%s: no proof at %q; where an option names the place, use Choose, so that the piece is a plain Header(o[name])", s.name(), f.Signature)
		}
	}
}

// badProofs are S1, S2, S5, S17 and malformed proofs of every kind.
func badProofs(t *testing.T, s sample) []hostile {
	t.Helper()
	good, f := s.good(t), s.facts(t)
	if f.Signature.None() {
		return nil
	}
	cases := []hostile{}
	add := func(name string, change func(string) []string) {
		if c := edit(good, f.Signature, change); !reflect.DeepEqual(c, good) {
			cases = append(cases, hostile{"proof " + name, c})
		}
	}
	to := func(v string) func(string) []string { return func(string) []string { return []string{v} } }
	add("missing", func(string) []string { return nil })
	add("empty", to(""))
	add("blank", to(" \t "))
	add("too long", to(strings.Repeat("a", 20_000)))
	for _, odd := range []string{"!", "=", "=,=,=", "%00", "null", ",,,,", ". .", "\x00", "é", "..", ":"} {
		add("odd "+odd, to(odd))
	}
	add("cut short", func(v string) []string { return []string{v[:len(v)-len(v)/4-1]} })
	add("one digit changed", func(v string) []string { return []string{flip(v)} })
	add("of white space inside", func(v string) []string { return []string{v[:len(v)/2] + "\n" + v[len(v)/2:]} })
	if at := f.Signature.String(); !strings.HasPrefix(at, "JSON ") && at != "body" && !f.Layout.Lines {
		add("twice", func(v string) []string { return []string{v, v} })
	}
	if f.Prefix != "" {
		add("prefix only", to(f.Prefix))
		add("without prefix", func(v string) []string { return []string{strings.ReplaceAll(v, f.Prefix, "")} })
	}
	for _, label := range []string{f.Prefix, f.Layout.Name + f.Layout.Assign} {
		for _, other := range []string{"v0=", "v1=", "v2,", "v9=", "sha1=", "sha256=", "md5=", "sha512=", "none="} {
			if label != "" && label != other {
				add("labelled "+other+" instead of "+label, func(v string) []string { return []string{strings.ReplaceAll(v, label, other)} })
			}
		}
	}
	if b := f.Layout.Between; b != "" {
		add("17 times", func(v string) []string { return []string{strings.Repeat(v+b, 17) + v} })
	}
	return cases
}

// flip changes a character in the second half of a proof, where the digits are, and keeps it a digit.
func flip(v string) string {
	at := len(v) * 3 / 4
	other := "A"
	if v[at] == 'A' || v[at] == 'a' {
		other = "B"
	}
	return v[:at] + other + v[at+1:]
}

// badSecrets are S16, S17, S25: nothing set, something blank, another source's.
func badSecrets(t *testing.T, s sample) []hostile {
	t.Helper()
	if !s.facts(t).Keyed {
		return nil
	}
	with := func(secrets ...provider.Secret) *provider.Check {
		c := s.good(t)
		c.Secrets = secrets
		return c
	}
	cases := []hostile{
		{"no secret", with()},
		{"empty secret", with("")},
		{"blank secret", with(" \n\t")},
		{"good and blank secret", with(provider.Secret(s.secret), "")},
		{"foreign secret", with(provider.Secret(s.foreign))},
		{"signed with a foreign secret", s.signed(s.foreign, s.stampAt(t, noon()))},
	}
	return cases
}

// badTimes are S6, S7 and S8. The signatures over them are good.
func badTimes(t *testing.T, s sample) []hostile {
	t.Helper()
	f := s.facts(t)
	if !f.Timed {
		return nil
	}
	window := f.Stamp.Tolerance
	if window == 0 {
		window = provider.Tolerance
	}
	late := window + time.Second
	cases := []hostile{
		{"too old", s.signed(s.secret, s.stampAt(t, noon().Add(-late)))},
		{"in the future", s.signed(s.secret, s.stampAt(t, noon().Add(late)))},
	}
	now := s.stampAt(t, noon())
	for _, odd := range []string{
		"", " ", "null", "1e9", "12345678901234567890", "-" + now, "+" + now, "0x69a42fc0", " " + now, now + " ", "0" + now,
		now + ".0", "NaN", "9223372036854775807", "-62135596800", now + "\x00",
	} {
		if jsonNumber := strings.Contains(odd, now[:9]) && strings.Trim(odd, "0123456789. ") == ""; jsonNumber && s.stampIsJSON {
			continue // JSON has several spellings of a number
		}
		cases = append(cases, hostile{"time " + odd, s.signed(s.secret, odd)})
	}
	return cases
}

// changedBodies are S12: what a proxy, a framework or an attacker makes of a body.
func changedBodies(t *testing.T, s sample) []hostile {
	t.Helper()
	if !s.facts(t).Covers(provider.Digest()) {
		return nil
	}
	good := s.good(t)
	text := string(good.Request.Body)
	cases := []hostile{}
	for name, changed := range map[string]string{
		"with a line break":    text + "\r\n",
		"with a mark in front": "\xef\xbb\xbf" + text,
		"a byte changed":       flip(text),
		"a byte missing":       text[:len(text)-1],
		"emptied":              "",
	} {
		c := clone(good)
		c.Request.Body = []byte(changed)
		cases = append(cases, hostile{"body " + name, c})
	}
	if i := strings.IndexAny(text, "abcdefgh"); i >= 0 && strings.HasPrefix(text, "{") {
		c := clone(good)
		c.Request.Body = []byte(text[:i] + `\u00` + hexByte(text[i]) + text[i+1:])
		cases = append(cases, hostile{"body re-encoded", c})
	}
	return cases
}

func hexByte(b byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[b>>4], digits[b&15]})
}

// changedAddresses are S14 and S25 for the schemes that sign the address.
func changedAddresses(t *testing.T, s sample) []hostile {
	t.Helper()
	if !s.facts(t).Covers(provider.Address()) {
		return nil
	}
	elsewhere, http, asked := s.good(t), s.good(t), s.good(t)
	elsewhere.Request.PublicURL = "https://hooks.example.com/in/src_other"
	http.Request.PublicURL = strings.Replace(publicURL, "https:", "http:", 1)
	asked.Request.Query += "&more=1"
	return []hostile{{"for another source", elsewhere}, {"for http", http}, {"with another query", asked}}
}

// badMethods are S22. A method that belongs to a handshake of the provider is no webhook either.
func badMethods(t *testing.T, s sample) []hostile {
	t.Helper()
	p := s.declared(t)
	cases := []hostile{}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodTrace, "post", ""} {
		if slices.Contains(p.Methods, method) || slices.ContainsFunc(s.asked(t), func(h provider.Handshake) bool { return h.Method == method }) {
			continue
		}
		c := s.good(t)
		c.Request.Method = method
		cases = append(cases, hostile{"method " + method, c})
	}
	return cases
}

// S10: whoever replays a request must not make a second event of it by changing what the signature does not cover.
func TestWhatIsNotSignedDoesNotTellARepetition(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		p, f := s.declared(t), s.facts(t)
		if len(f.Signs) == 0 { // a token covers nothing: whoever has it can write anything
			continue
		}
		want, err := p.Judge(t.Context(), s.good(t))
		if err != nil {
			t.Errorf("%s: %v", s.name(), err)
			continue
		}
		loose := places(p.ID)
		if p.Dedupe != provider.DedupeByTopic {
			loose = append(loose, places(p.Type)...)
		}
		for _, at := range loose {
			c := clone(s.good(t))
			at.set(&c.Request, "another")

			got, err := p.Judge(t.Context(), c)

			if err == nil && got.Key != want.Key {
				t.Errorf("%s: with another %s it is another event", s.name(), at.name)
			}
		}
	}
}

// S13: a body that says the same in other bytes is either refused or the same event.
func TestAnotherSpellingOfTheBodyIsNoOtherEvent(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		p, f := s.declared(t), s.facts(t)
		if len(f.Signs) == 0 {
			continue
		}
		want, err := p.Judge(t.Context(), s.good(t))
		if err != nil {
			t.Errorf("%s: %v", s.name(), err)
			continue
		}
		for _, change := range []func(string) string{
			func(b string) string { return b + "&more=1" },
			func(b string) string { return b + " " },
			func(b string) string { return strings.Replace(b, "+", "%20", 1) },
			func(b string) string { return strings.Replace(b, ",", " ,", 1) },
			func(b string) string { return strings.Replace(b, "{", `{"more":1,`, 1) },
		} {
			c := s.good(t)
			c.Request.Body = []byte(change(string(c.Request.Body)))

			got, err := p.Judge(t.Context(), c)

			if err == nil && got.Key != want.Key {
				t.Errorf("%s: %.80s is another event", s.name(), c.Request.Body)
			}
		}
	}
}

// S24 and S13: another content type than the provider's own is not looked at.
func TestOtherContentTypesAreRefused(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		if len(s.declared(t).ContentTypes) == 0 {
			continue
		}
		c := s.good(t)
		c.Request.Header.Set("Content-Type", "application/x-java-serialized-object")

		_, err := s.declared(t).Judge(t.Context(), c)

		if !errors.Is(err, provider.WrongType) {
			t.Errorf("%s: %v", s.name(), err)
		}
	}
}
