package remote_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/bench/remote"
	"github.com/posthorn/posthorn/internal/fault"
)

// answering returns the address of a server that always gives the same answer.
func answering(t *testing.T, status int, kind, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Location", "http://192.0.2.1/")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// create creates something on the server at base.
func create(t *testing.T, base string) (string, error) {
	t.Helper()
	client, err := remote.New(base, "ph_x")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client.Create(t.Context(), "/app", map[string]any{"name": "x"})
}

func TestWhatTheServerSaysBecomesAKindAndASentence(t *testing.T) {
	t.Parallel()
	const said = `{"code":"some_code","detail":"Said so."}`
	const field = `{"detail":[{"loc":["body","url"],"msg":"Not there.","type":"x"}]}`
	for name, c := range map[string]struct {
		status   int
		body     string
		kind     fault.Kind
		code     string
		sentence string
	}{
		"unknown token":     {401, said, fault.Unauthenticated, "bad_token", "POSTHORN_ADMIN_TOKEN"},
		"token of a tenant": {403, said, fault.Forbidden, "weak_token", "scope server"},
		"refused endpoint":  {422, field, fault.Invalid, remote.EndpointRefused, "Not there."},
		"other field":       {422, strings.ReplaceAll(field, "url", "name"), fault.Unavailable, "refused", "Not there."},
		"too much":          {429, said, fault.Limited, "limited", "Said so."},
		"disk full":         {503, said, fault.Unavailable, "refused", "503: Said so."},
	} {
		_, err := create(t, answering(t, c.status, "application/json", c.body))

		if fault.KindOf(err) != c.kind || fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.sentence) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSomethingElseThanPosthornIsCalledThat(t *testing.T) {
	t.Parallel()
	for name, base := range map[string]string{
		"a page":               answering(t, 200, "text/html", "<h1>Hello</h1>"),
		"no page":              answering(t, 404, "text/html", "<h1>Not found</h1>"),
		"a login":              answering(t, 401, "text/html", "<h1>Log in</h1>"),
		"another place":        answering(t, 302, "text/html", ""),
		"JSON":                 answering(t, 200, "application/json", `{"hello":"world"}`),
		"JSON of other errors": answering(t, 404, "application/json", `{"detail":"Not Found"}`),
	} {
		_, err := create(t, base)

		if fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) != "not_posthorn" || !strings.Contains(err.Error(), base) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddressWithoutAServerIsNamed(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	hasty := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(hasty.Close)
	for base, code := range map[string]string{gone.URL: "no_server", hasty.URL: "no_answer"} {
		_, err := create(t, base)

		if fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) != code || strings.Count(err.Error(), base) != 1 {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestAddressesThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "foo", "127.0.0.1:8071", "localhost:8071", "ftp://h", "http://", "http://:80", "http://h:99999", "http://u:p@h",
		"http://h?x=1", "http://h#x", "http://h\n",
	} {
		_, err := remote.New(text, "ph_x")

		if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) != "bad_url" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAnyTokenTextThatAHeaderCanCarryGoes(t *testing.T) {
	t.Parallel()
	for token, code := range map[string]string{
		"x": "", "changeme": "", "aaaaaaaa": "", "eyJ.e30.c2ln": "",
		"": "missing_token", "two words": "unusable_token", "line\nbreak": "unusable_token", "späti": "unusable_token",
	} {
		_, err := remote.New("http://127.0.0.1:8071", token)

		if fault.CodeOf(err) != code {
			t.Errorf("%q: %v", token, err)
		}
		if err != nil && token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("the token is in %v", err)
		}
	}
}
