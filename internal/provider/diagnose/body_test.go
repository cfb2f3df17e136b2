package diagnose_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

const dense = `{"zeta":"Søren \ud83d","url":"https://a.example/x","alpha":{"b":1.50,"a":[1,2]},"html":"<b>&</b>"}`

// TestMangledBodyIsRecognised mangles bodies as programs on the way do, and asks what they did.
func TestMangledBodyIsRecognised(t *testing.T) {
	t.Parallel()
	body := strings.ReplaceAll(dense, `\ud83d`, "😀")
	for name, c := range map[string]struct {
		sent, came string
		want       string
	}{
		"a line break appended":   {body, body + "\n", "line_break_added"},
		"CR LF appended":          {body, body + "\r\n", "line_break_added"},
		"spaces appended":         {body, "  " + body + " \n\n", "white_space_added"},
		"a line break cut off":    {body + "\n", body, "line_break_removed"},
		"CR LF cut off":           {body + "\r\n", body, "crlf_removed"},
		"LF turned into CR LF":    {"{\n\"a\": 1\n}", "{\r\n\"a\": 1\r\n}", "lf_to_crlf"},
		"CR LF turned into LF":    {"{\r\n\"a\": 1\r\n}", "{\n\"a\": 1\n}", "crlf_to_lf"},
		"a BOM added":             {body, "\ufeff" + body, "bom_added"},
		"a BOM dropped":           {"\ufeff" + body, body, "bom_removed"},
		"pretty-printed":          {body, pretty(t, body, "  "), "pretty_printed"},
		"spaced by Python":        {`{"a":[1,2]}`, `{"a": [1, 2]}`, "pretty_printed"},
		"compacted from two":      {pretty(t, body, "  "), body, "compacted_2"},
		"compacted from four":     {pretty(t, body, "    "), body, "compacted_4"},
		"compacted from tabs":     {pretty(t, body, "\t"), body, "compacted_tab"},
		"compacted from Python":   {`{"a": ", : \" \\", "b": 1}`, `{"a":", : \" \\","b":1}`, "spaced"},
		"escapes undone":          {`{"a":"S\u00f8ren \ud83d\ude00"}`, `{"a":"Søren 😀"}`, "unicode_unescaped"},
		"escapes made":            {`{"a":"Søren 😀 \\u00f8"}`, `{"a":"S\u00f8ren \ud83d\ude00 \\u00f8"}`, "unicode_escaped"},
		"slashes escaped":         {`{"a":"x/y"}`, `{"a":"x\/y"}`, "slashes_escaped"},
		"slashes unescaped":       {`{"a":"x\/y"}`, `{"a":"x/y"}`, "slashes_unescaped"},
		"HTML unescaped":          {`{"a":"\u003cb\u003e"}`, `{"a":"<b>"}`, "html_unescaped"},
		"from PHP through Go":     {`{"a":"x\/y","b":"S\u00f8ren"}`, "{\n  \"a\": \"x/y\",\n  \"b\": \"Søren\"\n}", "rewritten_php"},
		"from Python through JS":  {`{"a": "x/y", "b": "S\u00f8ren"}`, `{"a":"x/y","b":"Søren"}`, "rewritten_python"},
		"from JS through Python":  {`{"a":"x/y","b":"Søren"}`, `{"a": "x/y", "b": "S\u00f8ren"}`, "rewritten_js"},
		"sorted keys disarranged": {`{"a":1,"b":1.50,"c":{"d":1,"e":2}}`, `{"c":{"e":2,"d":1},"b":1.50,"a":1}`, "keys_reordered"},
		"compressed":              {body, zipped(t, body), "compressed"},
		"in base64":               {body, base64.StdEncoding.EncodeToString([]byte(body)), "base64"},
		"JSON in JSON":            {body, quoted(t, body), "json_in_json"},
		"the field of a form":     {"payload=" + url.QueryEscape(`{"a":"b c"}`), `{"a":"b c"}`, "form_payload"},
		"form with other spaces":  {"a=b+c&d=e", "a=b%20c&d=e", "form_spaces"},
		"form with pluses":        {"a=b%20c&d=e", "a=b+c&d=e", "form_pluses"},
		"form disarranged":        {"a=1&b=%C3%B8", "b=%C3%B8&a=1", "form_sorted"},
		"form in small letters":   {"b=%C3%B8&a=1", "b=%c3%b8&a=1", "form_upper"},
		"read as Latin-1":         {`{"a":"Søren"}`, "{\"a\":\"S\u00c3\u00b8ren\"}", "decoded_as_latin1"},
		"written as Latin-1":      {`{"a":"Søren"}`, "{\"a\":\"S\xf8ren\"}", "encoded_as_latin1"},
	} {
		for _, sender := range []string{"github", "stripe", "standard-webhooks", "shopify", "slack"} {
			request := signed(t, sender, c.sent)
			request.Check.Request.Body = []byte(c.came)

			r := run(t, request)

			if got := codes(r); r.Verified || !strings.HasPrefix(got, "body/"+c.want) || !r.Findings[0].Proven || strings.Contains(got, " ") {
				t.Errorf("%s, %s: %q, want %q", name, sender, got, c.want)
			}
		}
	}
}

func TestTwoMishapsAreRecognised(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sent, came, want string }{
		"slashes, line break":   {`{ "a":"x\/y" }`, `{ "a":"x/y" }` + "\n", "body/"},
		"compacted, line break": {"{\n  \"a\": 1\n}\n", `{"a":1}`, "body/"},
	} {
		request := signed(t, "github", c.sent)
		request.Check.Request.Body = []byte(c.came)
		if got := codes(run(t, request)); strings.Count(got, c.want) != 2 {
			t.Errorf("%s: %q", name, got)
		}
	}
	request := signed(t, "standard-webhooks", dense)
	request.Check.Request.Body = append(request.Check.Request.Body, '\n')
	request.Check.Secrets[0] = "\"" + bytesKey + "\""
	if got := codes(run(t, request)); got != "body/line_break_added secret/quotes" {
		t.Errorf("body and secret: %q", got)
	}
}

func TestWhatCannotBeUndoneIsAHint(t *testing.T) {
	t.Parallel()
	sorted := signed(t, "github", `{"z":1,"b":2,"a":3,"c":4}`)
	sorted.Check.Request.Body = []byte(`{"a":3,"b":2,"c":4,"z":1}`)
	cut := signed(t, "github", dense)
	cut.Check.Request.Body, cut.Missing = cut.Check.Request.Body[:10], 90
	empty := signed(t, "github", dense)
	empty.Check.Request.Body, empty.Missing = nil, 100
	inflated := signed(t, "github", zipped(t, dense))
	inflated.Check.Request.Body = []byte(dense)
	inflated.Check.Request.Header.Set("Content-Encoding", "gzip")
	lossy := signed(t, "github", "{\"a\":\"\xff\"}")
	lossy.Check.Request.Body = []byte("{\"a\":\"\ufffd\"}")
	changed := signed(t, "github", dense)
	changed.Check.Request.Body = []byte(`{"another":"body"}`)

	for want, r := range map[string]string{
		"body/keys_in_order": codes(run(t, sorted)), "body/cut_off": codes(run(t, cut)), "body/empty": codes(run(t, empty)),
		"body/decompressed": codes(run(t, inflated)), "body/replaced": codes(run(t, lossy)), "secret/another_secret": codes(run(t, changed)),
	} {
		if r != want {
			t.Errorf("got %q, want %q", r, want)
		}
	}
}

func pretty(t *testing.T, body, by string) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(body), "", by); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func zipped(t *testing.T, body string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func quoted(t *testing.T, body string) string {
	t.Helper()
	out, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
