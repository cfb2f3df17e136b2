package hostile_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// forbidden are the URLs of section U that show when they are written, by row.
func forbidden() map[string][]string {
	return map[string][]string{
		"U1 loopback":    {"https://127.0.0.1", "https://127.8.8.8", "https://localhost", "https://LOCALHOST./", "https://foo.localhost"},
		"U2 metadata":    {"https://169.254.169.254", "https://[fd00:ec2::254]", "https://metadata.google.internal", "https://100.100.100.200"},
		"U3 private":     {"https://10.0.0.1", "https://172.16.0.1", "https://192.168.1.1", "https://100.64.0.1"},
		"U4 this net":    {"https://0.0.0.0", "https://0", "https://0.1.2.3"},
		"U5 v6 local":    {"https://[::]", "https://[::1]", "https://[0:0:0:0:0:0:0:1]"},
		"U6 mapped":      {"https://[::ffff:127.0.0.1]", "https://[::ffff:7f00:1]", "https://[::ffff:169.254.169.254]"},
		"U8 NAT64":       {"https://[64:ff9b::a9fe:a9fe]", "https://[64:ff9b:1::1]"},
		"U9 tunnels":     {"https://[2002:a9fe:a9fe::]", "https://[2001:0:53aa:64c::1]", "https://[2600::200:5efe:a9fe:a9fe]"},
		"U11 special v6": {"https://[fec0::1]", "https://[fc00::1]", "https://[ff02::1]", "https://[5f00::1]", "https://[100::1]", "https://[2001:db8::1]", "https://[3fff::1]", "https://[fe80::1%25eth0]"},
		"U12 special v4": {"https://192.0.0.192", "https://192.0.2.1", "https://198.18.0.1", "https://198.51.100.7", "https://203.0.113.7", "https://192.88.99.1", "https://224.0.0.1", "https://240.0.0.1", "https://255.255.255.255"},
		"U13 numbers":    {"https://127.1", "https://2130706433", "https://0x7f000001", "https://0177.0.0.1"},
		"U13 wide":       {"https://①②⑦.0.0.1", "https://127。0。0。1", "https://１２７.1", "https://ｌｏｃａｌｈｏｓｔ/"},
		"U25 ports":      {"https://example.com:22", "https://example.com:25", "https://example.com:6379", "https://example.com:0", "https://example.com:65536", "https://example.com:", "https://example.com:http"},
		"U26 schemes":    {"file:///etc/passwd", "gopher://x", "ftp://example.com", "unix:/run/x", "javascript:alert(1)", "//example.com", "https:example.com", "https:///x", "data:text/html,x", "example.com", "http://example.com/", "\n"},
		"U29 lengths":    {"https://example.com/" + strings.Repeat("a", 8<<10), "https://" + strings.Repeat("a", 300) + ".com", "https://a..com", "https://example.com/" + strings.Repeat("a", 70_000)},
		"U36 names":      {"https://backend", "https://svc:8080", "https://db.internal/"},
		"odd text":       {"https://example.com/\r\nX: y", "https://example.com\\@127.0.0.1/", "https://example.com/\x00", "https://a@b@127.0.0.1/", "https://example.com/#x"},
	}
}

// TestForbiddenURLsAreRefusedByEveryWayIn asks a server with no allowed networks.
func TestForbiddenURLsAreRefusedByEveryWayIn(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, "POSTHORN_ALLOW_NETWORKS=", "POSTHORN_PUBLIC_URL=https://hooks.example.com/")
	pid := s.PID()
	tests := map[string]func(*testing.T, *harness.Server){
		"U24 own name":        urlsAreRefused("https://hooks.example.com/", "https://HOOKS.example.com./in", "https://u:p@hooks.example.com:443/"),
		"U27 credentials":     credentialsAreSealed,
		"U29 punycode":        namesAreShownAsPunycode,
		"U30 templates":       templatesAreText,
		"U34 U35 own headers": badHeadersAreRefused,
	}
	for name, urls := range forbidden() {
		tests[name] = urlsAreRefused(urls...)
	}

	rows(t, s, tests)

	survived(t, s, pid)
}

// urlsAreRefused tries create, replace, upsert and patch, and sees that nothing has changed.
func urlsAreRefused(urls ...string) func(*testing.T, *harness.Server) {
	return func(t *testing.T, s *harness.Server) {
		app := newApplication(t, s)
		endpoint := newEndpoint(t, s, app, "https://example.com/fine")
		for _, url := range urls {
			what := fmt.Sprintf("%.60q", url)
			refusal(t, what, s.Do(t, http.MethodPost, app+"/endpoint", object{"url": url}), "url")
			refusal(t, what, s.Do(t, http.MethodPatch, app+"/endpoint/"+endpoint, object{"url": url}), "url")
			refusal(t, what, s.Do(t, http.MethodPut, app+"/endpoint/"+endpoint, object{"url": url}), "url")
			refusal(t, what, s.Do(t, http.MethodPut, app+"/endpoint/new", object{"url": url}), "url")
		}

		var list struct{ Data []struct{ ID, URL string } }
		do(t, s, http.MethodGet, app+"/endpoint", nil, http.StatusOK).JSON(t, &list)
		if len(list.Data) != 1 || list.Data[0].ID != endpoint || list.Data[0].URL != "https://example.com/fine" {
			t.Errorf("there are %v", list.Data)
		}
	}
}

func credentialsAreSealed(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)

	reply := do(t, s, http.MethodPost, app+"/endpoint", object{"url": "https://user:hunter2@example.com/x"}, http.StatusCreated)

	all := string(reply.Body) + string(do(t, s, http.MethodGet, app+"/endpoint", nil, http.StatusOK).Body) +
		string(do(t, s, http.MethodGet, app+"/endpoint/"+idOf(t, reply)+"/headers", nil, http.StatusOK).Body) + s.Log()
	if strings.Contains(all, "hunter2") || !strings.Contains(all, `"https://example.com/x"`) {
		t.Errorf("got %s", all)
	}
	for _, url := range []string{"https://u:hunter2@127.0.0.1/", "https://u:hunter2@exam ple.com/", "https://u:hunter2@", "https://example.com:hunter2/", "https://u:hunter2%zz@example.com/", "https://u:hunter2%0a@example.com/"} {
		reply := s.Do(t, http.MethodPost, app+"/endpoint", object{"url": url})
		refusal(t, url, reply, "url")
		if bytes.Contains(reply.Body, []byte("hunter2")) {
			t.Errorf("the refusal of %s repeats the password: %s", url, reply.Body)
		}
	}
}

func namesAreShownAsPunycode(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	reply := do(t, s, http.MethodPost, app+"/endpoint", object{"url": "https://аpple.com/"}, http.StatusCreated) // a Cyrillic a
	harness.Equal(t, "url", reply.Object(t)["url"], any("https://xn--pple-43d.com/"))
}

func templatesAreText(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	reply := do(t, s, http.MethodPost, app+"/endpoint", object{"url": "https://example.com/{tenant}/${x}"}, http.StatusCreated)
	harness.Equal(t, "url", reply.Object(t)["url"], any("https://example.com/%7Btenant%7D/$%7Bx%7D"))
}

func badHeadersAreRefused(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	headers := app + "/endpoint/" + newEndpoint(t, s, app, "https://example.com") + "/headers"
	many := map[string]string{}
	for i := range 100 {
		many[fmt.Sprintf("X-%d", i)] = strings.Repeat("a", 8<<10)
	}
	bad := []map[string]string{
		{"Host": "a"}, {"content-length": "1"}, {"Transfer-Encoding": "chunked"}, {"Connection": "close"}, {"webhook-id": "a"}, {"Svix-Signature": "v1,a"},
		{"Authorization": "Bearer hunter2\r\nX: y"}, {"X-A": "hunter2\x00"}, {"X-A": "hunter2\n"}, {"X A": "hunter2"}, {"": "hunter2"}, {"X-A:": "hunter2"}, {"X-Ä": "hunter2"},
		{"X-A": strings.Repeat("hunter2", 8<<10)}, many, {"X-A": "1", "x-a": "2"},
	}
	for _, h := range bad {
		for what, reply := range map[string]harness.Reply{
			"create": s.Do(t, http.MethodPost, app+"/endpoint", object{"url": "https://example.com", "headers": h}),
			"put":    s.Do(t, http.MethodPut, headers, object{"headers": h}),
			"patch":  s.Do(t, http.MethodPatch, headers, object{"headers": h}),
		} {
			refusal(t, fmt.Sprintf("%s %.60q", what, h), reply, "headers")
			if bytes.Contains(reply.Body, []byte("hunter2")) {
				t.Errorf("%s repeats a value: %.500s", what, reply.Body)
			}
		}
	}
}
