package diagnose_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/provider/diagnose"
)

func TestGoodRequestVerifies(t *testing.T) {
	t.Parallel()
	for name := range senders() {
		c := signed(t, name, body(name))
		c.Check.Secrets = append([]provider.Secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS0"}, c.Check.Secrets...)

		r := run(t, c)

		if !r.Verified || r.Secret != 2 || len(r.Findings) != 0 || r.Provider != name {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func body(name string) string {
	if name == "twilio" {
		return "Body=hi"
	}
	return `{"id":"evt_1","type":"paid"}`
}

func TestContentTypeThatNobodyGaveIsNotJudged(t *testing.T) {
	t.Parallel()
	for name := range senders() {
		c := signed(t, name, body(name))
		c.Check.Request.Header.Del("Content-Type")
		unnamed := c
		unnamed.Provider = ""
		absent := run(t, c)
		c.Untyped, unnamed.Untyped = true, true

		for _, c := range []diagnose.Case{c, unnamed} {
			if r := run(t, c); !r.Verified || !slices.Contains(append(r.Also, r.Provider), name) {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if len(named(t, name).ContentTypes) > 0 && absent.Reason != provider.WrongType {
			t.Errorf("%s, captured without one: %+v", name, absent)
		}
		if c.Check.Request.Header.Get("Content-Type") != "" {
			t.Errorf("%s: the caller's headers were changed", name)
		}
	}
}

func named(t *testing.T, name string) provider.Provider {
	t.Helper()
	p, err := all.Catalog().ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestClockThatIsOffIsNamed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"stripe", "standard-webhooks", "slack"} {
		for late, says := range map[time.Duration]string{
			10 * time.Minute: "10 minutes before", -7 * time.Minute: "7 minutes after", 72 * time.Hour: "3 days before", 301 * time.Second: "5 minutes before",
		} {
			c := signed(t, name, body(name))
			c.Check.Request.ReceivedAt = noon().Add(late)

			r := run(t, c)

			if r.Verified || codes(r) != "clock/clock_off" || !strings.Contains(r.Findings[0].Text, says) || !strings.Contains(r.Findings[0].Text, "Up to 5 minutes") {
				t.Errorf("%s after %s: %+v", name, late, r)
			}
		}
		c := signed(t, name, body(name))
		c.Check.Request.ReceivedAt = noon().Add(time.Hour)
		c.Check.Request.Body = append(c.Check.Request.Body, '\n')
		if got := codes(run(t, c)); got != "body/line_break_added clock/clock_off" {
			t.Errorf("%s, late and changed: %q", name, got)
		}
	}
}

func TestSecretInAnotherFormIsRecognised(t *testing.T) {
	t.Parallel()
	digits := strings.TrimPrefix(bytesKey, "whsec_")
	raw, err := base64.StdEncoding.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ sender, pasted, want string }{
		"no prefix":           {"stripe", digits, "prefix_missing"},
		"a prefix":            {"github", "whsec_" + text, "prefix_added"},
		"quotation marks":     {"github", `"` + text + `"`, "quotes"},
		"a line of settings":  {"github", "GITHUB_SECRET=" + text, "assignment"},
		"quoted in a line":    {"stripe", "export SECRET='" + bytesKey + "'", "assignment"},
		"a line break inside": {"stripe", bytesKey[:20] + "\n" + bytesKey[20:], "white_space"},
		"an invisible mark":   {"stripe", "\ufeff" + bytesKey, "white_space"},
		"base64 for text":     {"github", base64.StdEncoding.EncodeToString([]byte(text)), "base64_text"},
		"hex for text":        {"github", hex.EncodeToString([]byte(text)), "hex_text"},
		"bytes for base64":    {"standard-webhooks", "whsec_" + string(raw), "raw_for_base64"},
		"hex for base64":      {"standard-webhooks", hex.EncodeToString(raw), "hex_for_base64"},
		"capitals":            {"github", strings.ToUpper(text), "lower_case"},
		"Bearer":              {"stripe", "Bearer " + bytesKey, "label"},
		"URL escapes":         {"github", strings.ReplaceAll(text, " ", "%20"), "url_escaped"},
	} {
		request := signed(t, c.sender, body(c.sender))
		request.Check.Secrets = []provider.Secret{provider.Secret(c.pasted)}

		r := run(t, request)

		if !strings.Contains(codes(r), "secret/"+c.want) {
			t.Errorf("%s: %q, want %s", name, codes(r), c.want)
		}
		asJSON, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, hidden := range []string{text, digits, hex.EncodeToString(raw), c.pasted} {
			if strings.Contains(string(asJSON), hidden) {
				t.Errorf("%s: the report shows %q", name, hidden)
			}
		}
	}
}

func TestSignatureInTheWrongPlaceIsFound(t *testing.T) {
	t.Parallel()
	const name = "X-Hub-Signature-256"
	for what, c := range map[string]struct {
		change func(h http.Header, value string)
		want   string
	}{
		"renamed":            {func(h http.Header, v string) { h.Del(name); h.Set("X-Signature", v) }, "header/header_renamed"},
		"as a variable":      {func(h http.Header, v string) { h.Del(name); h.Set("HTTP_X_HUB_SIGNATURE_256", v) }, "header/header_names"},
		"by a gateway":       {func(h http.Header, v string) { h.Del(name); h.Set("X-Amzn-Remapped-"+name, v) }, "header/header_prefix"},
		"twice":              {func(h http.Header, v string) { h.Add(name, v) }, "header/header_repeated"},
		"twice in one":       {func(h http.Header, v string) { h.Set(name, v+", "+v) }, "header/header_list"},
		"quoted":             {func(h http.Header, v string) { h.Set(name, `"`+v+`"`) }, "header/header_quoted"},
		"without its prefix": {func(h http.Header, v string) { h.Set(name, strings.TrimPrefix(v, "sha256=")) }, "header/header_prefix_missing"},
		"escaped":            {func(h http.Header, v string) { h.Set(name, strings.ReplaceAll(v, "=", "%3D")) }, "header/header_escaped"},
		"another type":       {func(h http.Header, _ string) { h.Set("Content-Type", "text/plain") }, "header/content_type"},
	} {
		request := signed(t, "github", body("github"))
		h := request.Check.Request.Header
		c.change(h, h.Get(name))

		if got := codes(run(t, request)); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
	request := signed(t, "github", body("github"))
	request.Check.Request.Method = http.MethodPut
	if got := codes(run(t, request)); got != "method/method" {
		t.Errorf("another method: %q", got)
	}
}

func TestPlusSignsThatWereDecodedAreFound(t *testing.T) {
	t.Parallel()
	for n := range 100 {
		request := signed(t, "shopify", `{"n":`+strings.Repeat("1", n+1)+`}`)
		h := request.Check.Request.Header
		if value := h.Get("X-Shopify-Hmac-Sha256"); strings.Contains(value, "+") {
			h.Set("X-Shopify-Hmac-Sha256", strings.ReplaceAll(value, "+", " "))
			if got := codes(run(t, request)); got != "header/header_pluses" {
				t.Errorf("got %q", got)
			}
			return
		}
	}
	t.Error("no signature with a plus sign")
}

func TestAddressBehindAProxyIsFound(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://hooks.example.com/in/src_2abc":   "url/url_https",
		"https://hooks.example.com/in/src_2abc/": "url/url_slash_added",
		"https://10.0.0.1/in/src_2abc":           "url/url_host",
	} {
		request := signed(t, "twilio", body("twilio"))
		request.Check.Request.PublicURL = address
		request.Check.Request.Header.Set("X-Forwarded-Host", "hooks.example.com")

		if got := codes(run(t, request)); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	request := signed(t, "twilio", body("twilio"))
	request.Check.Request.Query = "added=1"
	if got := codes(run(t, request)); got != "url/query_added" {
		t.Errorf("a query: %q", got)
	}
}

func TestWrongProviderIsSaid(t *testing.T) {
	t.Parallel()
	for name := range senders() {
		request := signed(t, name, body(name))
		request.Provider = "linear"

		r := run(t, request)

		if !strings.HasPrefix(codes(r), "provider/other_provider") || len(r.Findings) != 1 {
			t.Errorf("%s taken for linear: %q", name, codes(r))
		}
	}
	if _, err := diagnose.Run(t.Context(), diagnose.Case{Catalog: all.Catalog(), Provider: "githug"}); err == nil {
		t.Error("an unknown provider is known")
	}
}

func TestProviderIsFoundOut(t *testing.T) {
	t.Parallel()
	for name := range senders() {
		good, mangled := signed(t, name, body(name)), signed(t, name, body(name))
		good.Provider, mangled.Provider = "", ""
		mangled.Check.Secrets[0] = provider.Secret("'" + senders()[name].secret + "'")

		r, m := run(t, good), run(t, mangled)

		if !r.Verified || r.Provider != name && !strings.Contains(strings.Join(r.Also, " "), name) {
			t.Errorf("%s: %+v", name, r)
		}
		if m.Verified || !strings.Contains(codes(m), "secret/quotes") || len(m.Looks) == 0 {
			t.Errorf("%s, mangled: %+v", name, m)
		}
	}
	r := run(t, diagnose.Case{Catalog: all.Catalog(), Check: provider.Check{Secrets: []provider.Secret{"x"}}})
	if r.Verified || r.Reason != provider.UnknownProvider {
		t.Errorf("nothing: %+v", r)
	}
}

// GitHub also sends the older header. Alone it proves that secret and body are right, and is still refused.
func TestSignatureOfAnotherSortIsNoticed(t *testing.T) {
	t.Parallel()
	request := signed(t, "shopify", body("shopify"))
	h := request.Check.Request.Header
	h.Set("X-Unheard-Of", "v9="+hex.EncodeToString(mac(text, body("shopify"))))
	h.Del("X-Shopify-Hmac-Sha256")

	r := run(t, request)

	if codes(r) != "header/other_signature" || r.Findings[0].Proven {
		t.Errorf("%+v", r)
	}
}

func TestLargeBodyTakesNoLongTime(t *testing.T) {
	t.Parallel()
	request := signed(t, "github", `{"a":"`+strings.Repeat("x ", 1<<19)+`"}`)
	request.Check.Secrets[0] = "another"
	began := time.Now()

	run(t, request)

	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestRecordedRequestsVerify judges what the documentation of the providers, and other languages' libraries, have signed.
func TestRecordedRequestsVerify(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../all/testdata/*.json")
	if err != nil || len(files) < 80 {
		t.Fatalf("%d requests, %v", len(files), err)
	}
	for _, path := range files {
		c := recorded(t, path)
		if c.Check.Keys != nil {
			continue
		}
		if r := run(t, c); !r.Verified {
			t.Errorf("%s: %+v", path, r)
		}
		c.Provider = ""
		if r := run(t, c); !r.Verified && !strings.HasSuffix(path, "mollie-classic.json") { // which is not signed
			t.Errorf("%s is not found out: %+v", path, r)
		}
	}
}

func recorded(t *testing.T, path string) diagnose.Case {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Provider, Method, URL, Query, Body string
		Options                            provider.Options
		Secrets                            []string
		Headers, Keys                      map[string]string
		At                                 time.Time
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	c := diagnose.Case{Catalog: all.Catalog(), Provider: v.Provider, Check: provider.Check{
		Options: v.Options,
		Request: provider.Request{
			Method: v.Method, PublicURL: v.URL, Query: v.Query, Body: []byte(v.Body), ReceivedAt: v.At, Header: http.Header{},
		},
	}}
	for name, value := range v.Headers {
		c.Check.Request.Header.Set(name, value)
	}
	for _, s := range v.Secrets {
		c.Check.Secrets = append(c.Check.Secrets, provider.Secret(s))
	}
	if len(v.Keys) > 0 {
		c.Check.Keys = nothing{}
	}
	return c
}

func TestReportHoldsNoTimeThatJSONCannotHold(t *testing.T) {
	t.Parallel()
	for _, issued := range []string{"253402300800", "1e300", "1772366400000", "-1"} {
		claims := base64.RawURLEncoding.EncodeToString([]byte(`{"exp":253402300900,"iat":` + issued + `}`))
		token := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256"}`)) + "." + claims
		token += "." + base64.RawURLEncoding.EncodeToString(mac(text, token))
		c := diagnose.Case{Catalog: all.Catalog(), Provider: "jwt", Check: provider.Check{
			Secrets: []provider.Secret{text},
			Request: provider.Request{
				Method: http.MethodPost, PublicURL: publicURL, Body: []byte(`{}`), ReceivedAt: noon(),
				Header: http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}},
			},
		}}

		r := run(t, c)

		if _, err := json.Marshal(r); err != nil {
			t.Errorf("iat %s: %v", issued, err)
		}
	}
}
