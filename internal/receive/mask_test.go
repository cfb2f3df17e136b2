package receive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/receive"
)

func TestKeysAreNotKeptByWhateverNameTheyCome(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	r := signed(`{}`)
	r.Query = "a=1&%74oken=hidden&key=hidden&c%6Fde=hidden&keep=b%20c&" + strings.ReplaceAll(signing, " ", "%20")
	for _, name := range []string{"Ocp-Apim-Subscription-Key", "X-Functions-Key", "Aeg-Sas-Key", "X-Webhook-Key", "X_webhook_key"} {
		r.Header[name] = []string{"hidden"}
	}
	r.Header["Idempotency-Key"], r.Header["X-Event-Key"] = []string{"once"}, []string{"repo:push"}

	_, err := in.send(r)
	check(t, err)

	kept := in.memory.stored()[0]
	if text := fmt.Sprint(kept.Headers, kept.Query); strings.Contains(text, "hidden") || strings.Contains(text, "Secret") {
		t.Errorf("a credential is in %s", text)
	}
	if kept.Query != "a=1&%74oken=[redacted]&key=[redacted]&c%6Fde=[redacted]&keep=b%20c&[redacted]" {
		t.Errorf("got %s", kept.Query)
	}
	if kept.Headers["Idempotency-Key"][0] != "once" || kept.Headers["X-Event-Key"][0] != "repo:push" {
		t.Errorf("got %v", kept.Headers)
	}
}

const formerSecret = "it was secret once"

// former adds a secret that is over.
func former(t *testing.T, in *intake) {
	t.Helper()
	sealed, err := in.vault.SealSecret(in.source.ID, formerSecret)
	check(t, err)
	s := in.source
	s.Secrets = append(s.Secrets, hook.SourceSecret{Sealed: sealed, ExpiresAt: noon()})
	in.put(s)
}

func TestFormerSecretsAreNotKeptEither(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	former(t, in)
	r := signed(`{}`)
	r.Header["X-Odd"], r.Query = []string{formerSecret}, "x="+strings.ReplaceAll(formerSecret, " ", "+")

	_, err := in.send(r)
	check(t, err)

	if kept := in.memory.stored()[0]; kept.Headers["X-Odd"][0] != "[redacted]" || kept.Query != "x=[redacted]" {
		t.Errorf("got %v and %s", kept.Headers, kept.Query)
	}
}

func TestSampleOfARefusedMultipartFormHoldsNoCredentials(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	part := func(name, text string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n"
	}

	_, err := in.send(with(signed(`{}`), func(r *receive.Request) {
		r.Body, r.Header["Content-Type"] = []byte(part("a", "1")+part("token", "hidden")+"--b--"), []string{"multipart/form-data; boundary=b"}
	}))
	in.Flush(t.Context())

	if got := in.memory.samples; err == nil || len(got) != 1 || string(got[0].Body) != part("a", "1")+part("token", "[redacted]")+"--b--" {
		t.Errorf("got %v, %d samples: %s", err, len(got), got[0].Body)
	}
}

func TestMultipartFormInWhichACredentialIsNotFoundIsHiddenWhole(t *testing.T) {
	t.Parallel()
	part := func(name, text string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text + "\r\n"
	}
	const kind = "multipart/form-data; boundary=b"
	for what, c := range map[string]struct{ kind, body, want string }{
		"lines that end in LF":          {kind, strings.ReplaceAll(part("token", "hidden")+"--b--\r\n", "\r\n", "\n"), "[redacted]"},
		"another charset":               {kind + "; charset=iso-8859-1", part("token", "hidden\xe9") + "--b--", "[redacted]"},
		"cut off":                       {kind, part("token", "hidden"), "[redacted]"},
		"more parts than are looked at": {kind, strings.Repeat(part("a", "1"), 200) + part("token", "hidden") + "--b--", "[redacted]"},
		"one text twice":                {kind, part("token", "hidden") + part("secret", "hidden") + "--b--", part("token", "[redacted]") + part("secret", "[redacted]") + "--b--"},
	} {
		shown := receive.Shown(nil, &receive.Request{Header: map[string][]string{"Content-Type": {c.kind}}, Body: []byte(c.body)})

		if string(shown.Body) != c.want {
			t.Errorf("%s: got %q", what, shown.Body)
		}
	}
}

func TestSampleOfARefusedRequestHoldsNoCredentials(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	former(t, in)
	for _, body := range []string{
		"a=1&token=hidden", strings.Repeat("x", hook.MaxRefusedBody-5) + formerSecret, // half of it behind the cut
	} {
		_, err := in.send(with(signed(`{}`), func(r *receive.Request) {
			r.Body, r.Header["Content-Type"], r.Header["X-Odd"] = []byte(body), []string{"application/x-www-form-urlencoded"}, []string{formerSecret}
		}))
		if cause(err) != "no_match" {
			t.Fatalf("got %v", err)
		}
	}
	in.Flush(t.Context())

	for _, sample := range in.memory.samples {
		text := string(sample.Body)
		if strings.Contains(text, "hidden") || strings.Contains(text, "it wa") || sample.Headers["X-Odd"][0] != "[redacted]" {
			t.Errorf("a credential is in %.40s... or %v", text, sample.Headers)
		}
	}
	if got := in.memory.samples; len(got) != 2 || string(got[0].Body) != "a=1&token=[redacted]" {
		t.Errorf("got %d samples", len(got))
	}
}
