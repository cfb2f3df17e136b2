package all_test

import (
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

// Senders write a ";" or a "%" as it is, and every server reads it.
func TestSignedFormsWithStraySignsVerify(t *testing.T) {
	t.Parallel()
	const secret = "12345678901234567890123456789012"
	for body, fields := range map[string][]string{
		"Body=50%;+x&From=%zz&To=1": {"Body50%; x", "From%zz", "To1"},
		"a=1&&b=%&=c&d":             {"c", "a1", "b%", "d"},
	} {
		for name, header := range map[string]string{"twilio": "X-Twilio-Signature", "mailchimp": "X-Mandrill-Signature"} {
			p, err := all.Catalog().ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			r := provider.Request{
				Method: http.MethodPost, PublicURL: publicURL, Body: []byte(body), ReceivedAt: noon(),
				Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
			}
			r.Header.Set(header, base1(secret, append([]string{r.URL()}, fields...)...))
			c := &provider.Check{Request: r, Secrets: []provider.Secret{secret}}
			if name == "mailchimp" {
				c.Options = provider.Options{"product": "transactional"}
			}

			if _, err := p.Judge(t.Context(), c); err != nil {
				t.Errorf("%s, %s: %v", name, body, err)
			}
		}
	}
}

// What a provider signs with a byte order mark is judged as without one. An id that is a digest of the body is another.
func TestByteOrderMarkBeforeJSONChangesNothing(t *testing.T) {
	t.Parallel()
	const mark = "\ufeff"
	for _, s := range samples() {
		if s.contentType != "" && s.contentType != "application/json" || len(s.body) == 0 || s.body[0] != '{' && s.body[0] != '[' || s.keys != nil || s.query != "" {
			continue
		}
		p, plain := s.declared(t), s.good(t)
		marked := s
		marked.body = mark + s.body

		want, err := p.Judge(t.Context(), plain)
		if err != nil {
			t.Fatalf("%s: %v", s.name(), err)
		}
		got, err := p.Judge(t.Context(), marked.good(t))

		if digest := len(want.ID) >= 64; err != nil || got.Type != want.Type || got.ID != want.ID && !digest || !got.Time.Equal(want.Time) {
			t.Errorf("%s: got %q %q %v, %v; want %q %q %v", s.name(), got.ID, got.Type, got.Time, err, want.ID, want.Type, want.Time)
		}
	}
}
