package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/secret"
)

const (
	token    = `s3cr+t/tok"en&<v4lue>=%41`
	password = "pass+word/123"
)

// forms are ways to write a text that holds a value.
func forms() map[string]func(string) string {
	quoted := func(s string) string { text, _ := json.Marshal(s); return string(text) }
	return map[string]func(string) string{
		"plain": func(s string) string { return s },
		"json":  quoted, "json in json": func(s string) string { return quoted(quoted(s)) },
		"json of php":  func(s string) string { return strings.ReplaceAll(quoted(s), "/", `\/`) },
		"json of .net": func(s string) string { return strings.ReplaceAll(quoted(s), "+", `\u002B`) },
		"query":        url.QueryEscape, "path": url.PathEscape,
		"lower-case query": func(s string) string {
			return strings.NewReplacer("%2B", "%2b", "%2F", "%2f", "%3C", "%3c").Replace(url.QueryEscape(s))
		},
		"html": html.EscapeString, "html of python": func(s string) string { return strings.ReplaceAll(html.EscapeString(s), "'", "&#x27;") },
		"base64":            func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64 for URLs":   func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"base64 in a query": func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) },
	}
}

func TestAnEchoedValueIsRedactedHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+password))
	for what, c := range map[string]struct{ header, echoed string }{
		"a value":                 {token, token},
		"a token":                 {"Bearer " + token, token},
		"a header":                {"Bearer " + token, "Authorization: Bearer " + token},
		"one of several":          {"v1,abcdefgh+/== v1a,ijklmnop+/==", "ijklmnop+/=="},
		"a cookie":                {"session=abcdefgh; other=ijklmnop", "ijklmnop"},
		"basic as it was sent":    {basic, basic},
		"the pair of basic":       {basic, "user:" + password},
		"the password of basic":   {basic, password},
		"exactly the least bytes": {"12345678", "12345678"},
	} {
		r := secret.RedactHeader(c.header)
		for form, write := range forms() {
			for _, around := range [][2]string{{"", ""}, {"a", "b"}, {"ab ", " ba"}, {"{\"x\":\"", "\"}"}, {"é%5", "\\"}} {
				whole := around[0] + c.echoed + around[1]

				got := r.String("before " + write(whole) + " after")

				value := strings.Trim(write(c.echoed), `"=`)
				if !strings.Contains(got, secret.Redacted) || strings.Contains(got, value) || !strings.HasPrefix(got, "before ") {
					t.Errorf("%s as %s of %q: got %q", what, form, whole, got)
				}
			}
		}
	}
}

func TestAValueThatIsCutOffAtTheEndIsRedacted(t *testing.T) {
	t.Parallel()
	r := secret.RedactHeader("Bearer " + token)
	for form, write := range forms() {
		written := write("some text before " + token)
		begins := len(write("some text before ")) - 3
		for cut := begins; cut < len(written); cut++ {
			got := r.String(written[:cut])

			for n := secret.MinRedacted; n <= len(token); n++ {
				if strings.Contains(got, token[:n]) || form != "plain" && strings.HasSuffix(got, strings.Trim(write(token[:n]), `"=`)) && n > secret.MinRedacted+2 {
					t.Errorf("%s cut at %d: got %q", form, cut, got)
				}
			}
		}
	}
}

func TestWhatHoldsNoValueStaysAsItIs(t *testing.T) {
	t.Parallel()
	r := secret.RedactHeader("Bearer "+token, "short", "abcdefgh")
	for _, text := range []string{
		"", "short", "ok", "s3cr+t/", "s3cr+t/ and more", "Bearer", "abcdefg", "abcdefg h", `{"message":"Bearer token \"missing\" & <b>50%</b>"}`,
		"100%", `\`, "%", "&", "&#", `\u00`, strings.Repeat("%41", 100), strings.Repeat(`\\`, 100), strings.Repeat("&amp;", 100), "\x00\xff\xfe",
	} {
		if got := r.String(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := (secret.Redactor{}).String("Bearer " + token); got != "Bearer "+token {
		t.Errorf("the zero Redactor made %q", got)
	}
}

func TestRedactionKeepsAllThatIsAroundAValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune(`ab%\&u0;2B"+/é`))).Draw(t, "text")
		value := rapid.StringMatching(`[A-Z]{8,20}`).Draw(t, "value")
		at := rapid.IntRange(0, len(text)).Draw(t, "at")

		got := secret.RedactHeader(value).String(text[:at] + value + text[at:])

		if strings.Contains(got, value) || !strings.HasPrefix(got, text[:max(0, at-2)]) {
			t.Fatalf("got %q", got)
		}
	})
}

func BenchmarkRedactor(b *testing.B) {
	signature := "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
	static := secret.RedactHeader("Bearer sk_live_4eC39HqLyjWDarjtT1zdp7dc")
	for name, body := range map[string]string{
		"2 bytes": "ok", "30 bytes of JSON": `{"success":true,"queued":1234}`,
		"1 kB of JSON": `{"items":["` + strings.Repeat("some words, ", 80) + `"]}`, "16 kB of HTML": strings.Repeat(`<p class="a">Not found &amp; gone</p>`, 450),
	} {
		b.Run(name, func(b *testing.B) {
			text := []byte(body)
			b.ReportAllocs()
			for b.Loop() {
				if len(text) >= secret.MinRedacted {
					static.And(secret.RedactHeader(signature)).Bytes(text)
				}
			}
		})
	}
}
