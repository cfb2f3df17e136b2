package all_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

// S21: challenges come back bounded, as plain text or JSON, and only to whom the guard lets ask.

func TestEveryHandshakeIsAnswered(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		p := s.declared(t)
		for _, h := range s.asked(t) {
			shown, ok := s.handshakes[h.Name]
			if !ok {
				t.Errorf("%s has no sample of the handshake %q", s.name(), h.Name)
				continue
			}
			got, err := p.Judge(t.Context(), shown.request(s, "c-123"))
			if err != nil {
				t.Errorf("%s, %s: %v", s.name(), h.Name, err)
				continue
			}
			mustAnswer(t, s.name()+", "+h.Name, got.Reply, shown.want)
		}
	}
}

func mustAnswer(t *testing.T, name string, r *provider.Reply, want string) {
	t.Helper()
	if r == nil {
		t.Errorf("%s: taken for a webhook", name)
		return
	}
	told := string(r.Body)
	for k, v := range r.Header {
		told += "\n" + k + ": " + v
	}
	if !strings.Contains(told, want) {
		t.Errorf("%s: answered %q, want %q in it", name, told, want)
	}
	if r.ContentType != "" && r.ContentType != provider.Text && r.ContentType != provider.JSON {
		t.Errorf("%s: answered as %s", name, r.ContentType)
	}
}

func TestChallengesAreBounded(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		p := s.declared(t)
		for _, h := range s.asked(t) {
			if h.Echo.None() {
				continue
			}
			for _, odd := range []string{strings.Repeat("A", 1<<20), "line\nbreak", "nul\x00"} {
				got, err := p.Judge(t.Context(), s.handshakes[h.Name].request(s, odd))
				if err == nil && got.Reply != nil && len(got.Reply.Body) > 0 {
					t.Errorf("%s, %s: %.20q is answered with %.40q", s.name(), h.Name, odd, got.Reply.Body)
				}
			}
		}
	}
}

func TestHTMLInAChallengeIsText(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		p := s.declared(t)
		for _, h := range s.asked(t) {
			got, err := p.Judge(t.Context(), s.handshakes[h.Name].request(s, "<script>"))
			if err != nil {
				continue // refused is as good
			}
			if got.Reply == nil || got.Reply.ContentType == provider.JSON && strings.Contains(string(got.Reply.Body), "<") {
				t.Errorf("%s, %s: %+v", s.name(), h.Name, got.Reply)
			}
		}
	}
}

// A guard is only as good as its refusal.
func TestGuardedHandshakesRefuseStrangers(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		p := s.declared(t)
		for _, h := range s.asked(t) {
			c := s.handshakes[h.Name].request(s, "c-123")
			switch h.Guard {
			case provider.Open:
				continue
			case provider.Signed:
				c.Secrets = []provider.Secret{provider.Secret(s.foreign)}
			case provider.TokenKnown:
				c.Options = maps.Clone(c.Options)
				c.Options[provider.TokenOption] = "another word"
			case provider.Unset:
				c.Secrets = []provider.Secret{provider.Secret(s.secret)}
			}

			if got, err := p.Judge(t.Context(), c); err == nil {
				t.Errorf("%s, %s: answered a stranger: %+v", s.name(), h.Name, got)
			}
		}
	}
}
