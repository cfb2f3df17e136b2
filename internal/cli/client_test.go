package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// answering returns the address of a server that always gives the same answer; one that refuses endpoints
// makes and deletes applications, though.
func answering(t *testing.T, status int, kind, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		if status == http.StatusUnprocessableEntity && !strings.HasSuffix(r.URL.Path, "/endpoint") {
			_, _ = io.WriteString(w, `{"id":"app_1"}`)
			return
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// onServer runs both client commands, which must say the same.
func onServer(t *testing.T, token, url string, code int, parts ...string) {
	t.Helper()
	for _, command := range []string{"demo", "bench"} {
		run(t, []string{"POSTHORN_ADMIN_TOKEN=" + token}, command, "--url", url).failsWith(t, code, parts...)
	}
}

func TestClientCommandsSayWhyAServerIsOfNoUse(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	page := answering(t, 404, "text/html", "<h1>Not found</h1>")
	strict := answering(t, 401, "application/json", `{"code":"authentication_failed","detail":"No."}`)
	walled := answering(t, 422, "application/json", `{"detail":[{"loc":["body","url"],"msg":"Not public.","type":"x"}]}`)

	onServer(t, "x", gone.URL, 6, "No server answers at "+gone.URL, "posthorn serve", "--url")
	onServer(t, "x", page, 6, page+" is not a Posthorn server", "404", "--url")
	onServer(t, "x", strict, 3, "POSTHORN_ADMIN_TOKEN")
	onServer(t, "x", walled, 2, "POSTHORN_ALLOW_NETWORKS", "127.0.0.0/8", "Not public.")
	onServer(t, "", gone.URL, 2, "POSTHORN_ADMIN_TOKEN")
	onServer(t, "x", "localhost:8071", 2, `"localhost:8071"`, "http://host:port")
	onServer(t, "x", "", 2, `""`, "http://host:port")
}

func TestClientCommandsDoNotReadTheSettingsOfAServer(t *testing.T) {
	t.Parallel()
	strict := answering(t, 401, "application/json", `{"code":"authentication_failed","detail":"No."}`)
	environ := []string{"POSTHORN_ADMIN_TOKEN=changeme", "POSTHORN_QUEUE=many", "POSTHORN_CONFIG=/no/such/file"}

	run(t, environ, "demo", "--url", strict).failsWith(t, 3, "does not know the token")
}

func TestVersionIsPrintedEitherWay(t *testing.T) {
	t.Parallel()

	flag, command := run(t, nil, "--version"), run(t, nil, "version")

	if flag != command || flag.code != 0 || !strings.HasPrefix(flag.out, "posthorn ") || strings.Count(flag.out, "\n") != 1 {
		t.Errorf("%+v and %+v", flag, command)
	}
}

func TestFlagsTakeDurationsAsSettingsDo(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	const allowed = "it must be a duration such as 500ms, 15s, 10m, 2h or 90d."

	run(t, nil, "bench", "--duration", "foo").failsWith(t, 2, `The flag --duration is "foo"; `+allowed)
	run(t, nil, "bench", "suite", "--measured", "5").failsWith(t, 2, `The flag --measured is "5"; `+allowed)
	run(t, nil, "bench", "--duration", "1d").failsWith(t, 2, "--duration must be from 0s to 1h.")
	run(t, nil, "bench", "--messages", "few").failsWith(t, 2, `The flag --messages is "few"; it must be a whole number.`)
	run(t, nil, "token", "create", "--name", "x", "--expires", "1w", "--data", data).failsWith(t, 2, `The flag --expires is "1w"; `+allowed)
	run(t, nil, "token", "create", "--name", "x", "--expires", "30d", "--data", data).failsWith(t, 4, data)
}
