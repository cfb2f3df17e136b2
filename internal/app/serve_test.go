package app_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/config"
)

const adminToken = "ph_test_only_admin_token_000001"

// start runs a server until the test ends and returns what it printed up to the line to paste.
func start(t *testing.T, environ ...string) (printed, url string) {
	t.Helper()
	return startLogging(t, slog.DiscardHandler, environ...)
}

// startLogging is start with the log kept.
func startLogging(t *testing.T, log slog.Handler, environ ...string) (printed, url string) {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags)
	environ = append([]string{"POSTHORN_LISTEN=127.0.0.1:0", "POSTHORN_DATA=" + filepath.Join(t.TempDir(), "data")}, environ...)
	settings, err := config.Load(flags, environ)
	if err != nil {
		t.Fatal(err)
	}
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		err := app.Serve(ctx, settings, app.Options{Out: in, Log: slog.New(log), Program: "/opt/my apps/posthorn"})
		_ = in.CloseWithError(io.EOF)
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	printed = readUntil(out, " demo")
	go io.Copy(io.Discard, out) //nolint:errcheck // until the server is gone
	return printed, regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(printed)
}

// readUntil reads lines up to one with the word.
func readUntil(r io.Reader, word string) string {
	text := &strings.Builder{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), word) {
			break
		}
	}
	return text.String()
}

func status(t *testing.T, url, token string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestNumbersAreForAdminsAndHealthIsForEverybody(t *testing.T) {
	t.Parallel()
	_, url := start(t, "POSTHORN_ADMIN_TOKEN="+adminToken)

	for path, want := range map[string]int{"/": 200, "/portal": 200, "/livez": 200, "/readyz": 200, "/metrics": 401, "/debug/pprof/": 401, "/nothing": 404} {
		if got := status(t, url+path, ""); got != want {
			t.Errorf("GET %s gave %d, want %d", path, got, want)
		}
	}
	if got := status(t, url+"/metrics", adminToken); got != 200 {
		t.Errorf("GET /metrics as admin gave %d", got)
	}
	if got := status(t, url+"/debug/pprof/heap", adminToken); got != 200 {
		t.Errorf("GET /debug/pprof/heap as admin gave %d", got)
	}
	if got := status(t, url+"/metrics", adminToken+"x"); got != 401 {
		t.Errorf("GET /metrics as somebody else gave %d", got)
	}
}

func TestLineToPasteFitsTheServer(t *testing.T) {
	t.Parallel()
	configured, url := start(t, "POSTHORN_ADMIN_TOKEN="+adminToken, "POSTHORN_ALLOW_NETWORKS=127.0.0.0/8")
	generated, _ := start(t, "POSTHORN_ALLOW_NETWORKS=127.0.0.0/8")
	walled, _ := start(t)

	if !strings.Contains(configured, "$('/opt/my apps/posthorn' token create --name demo") || !strings.Contains(configured, " demo --url "+url) {
		t.Errorf("with a configured token: %s", configured)
	}
	if strings.Contains(configured, adminToken) {
		t.Errorf("the configured token is shown: %s", configured)
	}
	if !regexp.MustCompile(`POSTHORN_ADMIN_TOKEN=ph_\w{32} '/opt/my apps/posthorn' demo --url`).MatchString(generated) {
		t.Errorf("with a generated token: %s", generated)
	}
	if !strings.Contains(walled, "  '/opt/my apps/posthorn' demo\n") || !strings.Contains(walled, "a second server, on temporary data") {
		t.Errorf("without a way to this machine: %s", walled)
	}
}

func TestStartSaysWhereSourcesAre(t *testing.T) {
	t.Parallel()
	plain, url := start(t)
	public, _ := start(t, "POSTHORN_PUBLIC_URL=https://hooks.example.com/")

	if !strings.Contains(plain, "\n  Sources:      "+url+"/in/{key}\n") {
		t.Errorf("without a public URL: %s", plain)
	}
	if !strings.Contains(public, "\n  Sources:      https://hooks.example.com/in/{key}\n") {
		t.Errorf("with one: %s", public)
	}
}

func TestStartPromisesOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	printed, url := start(t, "POSTHORN_ADMIN_TOKEN="+adminToken, "POSTHORN_LISTEN=:0")

	links := regexp.MustCompile(`http://[^\s"]+`).FindAllString(printed, -1)

	if !slices.Equal(links, []string{url + "/api/v1", url + "/api/v1/openapi.json", url + "/in/{key}"}) || strings.Contains(printed, "Dashboard") {
		t.Fatalf("printed %s", printed)
	}
	if got := status(t, links[1], ""); got != 200 {
		t.Errorf("the document gave %d", got)
	}
}

func TestGeneratedTokenOpensTheServer(t *testing.T) {
	t.Parallel()
	printed, url := start(t)

	token := regexp.MustCompile(`ph_\w{32}`).FindString(printed)

	if got := status(t, url+"/metrics", token); got != 200 {
		t.Errorf("it gave %d", got)
	}
}

// cut ends a context with the first thing that is written.
type cut struct {
	strings.Builder
	end context.CancelFunc
}

func (c *cut) Write(p []byte) (int, error) {
	c.end()
	return c.Builder.Write(p)
}

func TestGeneratedTokenIsShownEvenIfTheStartIsCutShort(t *testing.T) {
	t.Parallel()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags)
	settings, err := config.Load(flags, []string{"POSTHORN_LISTEN=127.0.0.1:0", "POSTHORN_DATA=" + filepath.Join(t.TempDir(), "data")})
	check(t, err)
	ctx, end := context.WithCancel(t.Context())
	out := &cut{end: end}

	_ = app.Serve(ctx, settings, app.Options{Out: out, Log: slog.New(slog.DiscardHandler), Program: "posthorn"})

	if !regexp.MustCompile(`ph_\w{32}`).MatchString(out.String()) || strings.Contains(out.String(), "ready") {
		t.Errorf("it said %q", out)
	}
}

// notes is a log that several may write, and that is read meanwhile.
type notes struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (n *notes) Write(p []byte) (int, error) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.text.Write(p)
}

func (n *notes) has(text string) bool {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return strings.Contains(n.text.String(), text)
}

func TestRequestsToSourcesAreLoggedIfTheSettingSaysSo(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]bool{"": false, "POSTHORN_LOG_RECEIVED=true": true} {
		log := &notes{}
		_, url := startLogging(t, slog.NewTextHandler(log, nil), setting)

		got := status(t, url+"/in/guess?from=somebody", "")

		if got != http.StatusNotFound || log.has("from=somebody") != want {
			t.Errorf("%q: got %d, and the log has the query: %t", setting, got, !want)
		}
	}
}
