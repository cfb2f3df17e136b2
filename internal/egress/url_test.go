package egress_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
)

// What shows when a URL is written. Each is refused by the default policy with a fault about the field "url".
// What shows only when a request is made is in dial_test.go, answer_test.go and tls_test.go.
func TestCheckURLRefuses(t *testing.T) {
	t.Parallel()
	rows := map[string][]string{
		"loopback": {"https://127.0.0.1", "https://127.8.8.8/x", "https://localhost", "https://LOCALHOST./", "https://foo.localhost:8443/"},
		"metadata": {"https://169.254.169.254/latest", "https://[fd00:ec2::254]/", "https://metadata.google.internal/", "https://100.100.100.200/"},
		"private":  {"https://10.0.0.1", "https://172.16.0.1", "https://172.31.255.255", "https://192.168.1.1", "https://100.64.0.1"},
		"this net": {"https://0.0.0.0", "https://0", "https://0.1.2.3"},
		"v6 local": {"https://[::]", "https://[::1]", "https://[0:0:0:0:0:0:0:1]", "https://[::127.0.0.1]/"},
		"mapped":   {"https://[::ffff:127.0.0.1]", "https://[::ffff:7f00:1]", "https://[::ffff:169.254.169.254]", "https://[::FFFF:A00:1]"},
		"nat64":    {"https://[64:ff9b::a9fe:a9fe]", "https://[64:ff9b:1::1]", "https://[64:ff9b::7f00:1]"},
		"tunnels":  {"https://[2002:a9fe:a9fe::]", "https://[2001:0:53aa:64c::1]", "https://[2600::5efe:7f00:1]", "https://[2600::200:5efe:a9fe:a9fe]"},
		"special v6": {"https://[fec0::1]", "https://[fc00::1]", "https://[ff02::1]", "https://[5f00::1]", "https://[100::1]",
			"https://[2001:db8::1]", "https://[3fff::1]", "https://[fe80::1]", "https://[fe80::1%25eth0]"},
		"special v4": {"https://192.0.0.192", "https://192.0.2.1", "https://198.18.0.1", "https://198.51.100.7", "https://203.0.113.7",
			"https://192.88.99.1", "https://224.0.0.1", "https://240.0.0.1", "https://255.255.255.255"},
		"odd numbers": {"https://127.1", "https://2130706433", "https://0x7f000001", "https://0177.0.0.1", "https://127.0.0.1.",
			"https://0x7f.1", "https://1.2.3.4.5", "https://8.8.8.08", "https://1.2.3.0x4", "https://0xA"},
		"wide digits": {"https://①②⑦.0.0.1", "https://127。0。0。1", "https://１２７.1", "https://ｌｏｃａｌｈｏｓｔ/", "https://%E2%91%A0②⑦.0.0.1"},
		"http":        {"http://example.com/", "http://93.184.216.34/"},
		"ports":       {"https://example.com:22", "https://example.com:25/", "https://example.com:6379", "https://example.com:0", "https://example.com:65536", "https://example.com:", "https://example.com:http", "https://example.com:5432", "https://example.com:3306", "https://example.com:11211", "https://93.184.216.34:22/"},
		"schemes":     {"file:///etc/passwd", "gopher://x/", "ftp://example.com/", "unix:/run/x.sock", "javascript:alert(1)", "//example.com/", "http:example.com", "https:/example.com", "https:///x", "https://", "example.com", ""},
		"lengths":     {"https://example.com/" + strings.Repeat("a", 8<<10), "https://" + strings.Repeat("a", 300) + ".com/", "https://a..com/", "https://.com/", "https://" + strings.Repeat("abcdefgh.", 30) + "com/", "https://example.com/" + strings.Repeat("é", 700)},
		"names":       {"https://backend/", "https://svc:8080/", "https://db.local/", "https://nas.home.arpa/"},
		"odd text":    {"https://example.com/a b", " https://example.com/", "https://example.com/\r\nX: y", "https://example.com\\@127.0.0.1/", "https://example.com/?a b", "https://exa\x00mple.com/", "https://ex*mple.com/", "https://[::1", "https://-a.com/", "https://example.com/#/hook", "https://[127.0.0.1]/", "https://example.com/%zz"},
	}
	for name, urls := range rows {
		for _, raw := range urls {
			t.Run(name+" "+raw[:min(len(raw), 40)], func(t *testing.T) {
				t.Parallel()
				got, credentials, err := egress.Policy{}.CheckURL(raw)
				refused(t, err)
				if !got.IsZero() || credentials != nil {
					t.Errorf("got %v beside the error", got)
				}
			})
		}
	}
}

// refused fails the test unless err is a fault that the caller of the API can act on.
func refused(t *testing.T, err error) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a fault", err)
	}
	if f.Kind != fault.Invalid || f.Field != "url" || !strings.HasPrefix(f.Code, "url_") || !strings.HasSuffix(f.Detail, ".") {
		t.Errorf("got %+v, want an Invalid fault about the url with a sentence", f)
	}
}

func TestCheckURLNormalises(t *testing.T) {
	t.Parallel()
	rows := map[string]string{
		"https://example.com":                      "https://example.com/",
		"HTTPS://Example.COM:443/Hook?A=b":         "https://example.com/Hook?A=b",
		"https://example.com.:8443/x":              "https://example.com:8443/x",
		"https://example.com:08443/":               "https://example.com:8443/",
		"https://bücher.example/ä?ö=1":             "https://xn--bcher-kva.example/%C3%A4?%C3%B6=1", // shown as punycode
		"https://аpple.com/":                       "https://xn--pple-43d.com/",                     // a Cyrillic a
		"https://１.１.１.１/":                         "https://1.1.1.1/",
		"https://[2606:4700:0::1111]/":             "https://[2606:4700::1111]/",
		"https://[::ffff:1.1.1.1]:8000/":           "https://1.1.1.1:8000/",
		"https://a.example/x%2Fy/../z?":            "https://a.example/x%2Fy/../z?",
		"https://a.example/{tenant}/hook":          "https://a.example/%7Btenant%7D/hook", // no templates
		"https://my_host.example:9000":             "https://my_host.example:9000/",
		"https://xn--bcher-kva.example:38211/path": "https://xn--bcher-kva.example:38211/path",
	}
	for raw, want := range rows {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			got, _, err := egress.Policy{}.CheckURL(raw)
			if err != nil || got.String() != want {
				t.Fatalf("got %q, %v, want %q", got, err, want)
			}
			again, err := egress.ParseTarget(got.String())
			if err != nil || again.String() != want {
				t.Errorf("read back: got %q, %v", again, err)
			}
		})
	}
}

func TestCredentialsLeaveTheURLAndNeverShow(t *testing.T) {
	t.Parallel()

	got, credentials, err := egress.Policy{}.CheckURL("https://user:p%40ss@example.com/x")
	if err != nil {
		t.Fatal(err)
	}

	if got.String() != "https://example.com/x" {
		t.Errorf("the URL still is %q", got)
	}
	if a := credentials.Authorization(); a != "Basic dXNlcjpwQHNz" {
		t.Errorf("got %q", a)
	}
	encoded, err := json.Marshal(map[string]any{"c": credentials})
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "c", credentials)
	shown := fmt.Sprintf("%v %+v %#v %s %v", credentials, *credentials, credentials, struct{ c egress.Credentials }{*credentials}, err) + string(encoded) + logged.String()
	if strings.Contains(shown, "p@ss") || strings.Contains(shown, "user") {
		t.Errorf("the password shows in %s", shown)
	}
}

func TestErrorsAboutURLsRepeatNoPassword(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"https://u:hunter2@127.0.0.1/", "https://u:hunter2@exam ple.com/", "https://u:hunter2@", "https://example.com:hunter2/", "https://u:hunter2%zz@example.com/", "https://u:hunter2%0a@example.com/", "ftp://u:hunter2@example.com/"} {
		_, _, err := egress.Policy{}.CheckURL(raw)
		refused(t, err)
		if strings.Contains(fmt.Sprintf("%v %+v", err, err), "hunter2") {
			t.Errorf("%v repeats the password", err)
		}
	}
}

func TestParseTargetRefusesCredentials(t *testing.T) {
	t.Parallel()
	_, err := egress.ParseTarget("https://u:p@example.com/")
	refused(t, err)
}

// A URL that became forbidden is still readable; the attempt fails, not the row.
func TestParseTargetKnowsNoPolicy(t *testing.T) {
	t.Parallel()
	got := target(t, "http://127.0.0.1:8080/x")
	if got.Host() != "127.0.0.1" || got.Port() != 8080 {
		t.Errorf("got %q %d", got.Host(), got.Port())
	}
	refused(t, egress.Policy{}.CheckTarget(got))
}

func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"https://example.com/", "http://①②⑦.0.0.1", "https://[::ffff:7f00:1]:80", "https://u:p@a.b:1/?é#", "https://0x7f.1/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, _, err := egress.Policy{}.CheckURL(raw)
		if err != nil {
			refused(t, err)
			return
		}
		again, err := egress.ParseTarget(got.String())
		if err != nil || again.String() != got.String() {
			t.Errorf("%q became %q, read back as %q, %v", raw, got, again, err)
		}
	})
}
