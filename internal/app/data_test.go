package app_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/config"
)

func TestWhatIsInTheDataDirectoryIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	start(t, "POSTHORN_DATA="+dir)

	entries, err := os.ReadDir(dir)
	check(t, err)

	for _, e := range entries {
		info, err := e.Info()
		check(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has %v", e.Name(), info.Mode())
		}
	}
	if len(entries) < 3 {
		t.Errorf("there are only %v", entries)
	}
}

func TestAKeyWithoutADatabaseIsWarnedOf(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")

	first := briefly(t, dir)
	again := briefly(t, dir)
	check(t, os.Remove(filepath.Join(dir, "posthorn.db")))
	alone := briefly(t, dir)
	check(t, os.Truncate(filepath.Join(dir, "posthorn.db"), 0))
	empty := briefly(t, dir)

	const warning = "there is a key file but no database"
	if strings.Contains(first, warning) || strings.Contains(again, warning) {
		t.Errorf("it warns of nothing: %s%s", first, again)
	}
	if !strings.Contains(alone, warning) || !strings.Contains(empty, warning) {
		t.Errorf("got %s%s", alone, empty)
	}
}

// briefly runs a server on the folder until it prints something, and returns its log.
func briefly(t *testing.T, dir string) string {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags)
	settings, err := config.Load(flags, []string{"POSTHORN_LISTEN=127.0.0.1:0", "POSTHORN_DATA=" + dir})
	check(t, err)
	ctx, end := context.WithCancel(t.Context())
	var log strings.Builder
	_ = app.Serve(ctx, settings, app.Options{Out: &cut{end: end}, Log: slog.New(slog.NewTextHandler(&log, nil)), Program: "posthorn"})
	return log.String()
}

func TestPublishesAreCountedByAnswer(t *testing.T) {
	t.Parallel()
	_, url := start(t, "POSTHORN_ADMIN_TOKEN="+adminToken)
	call(t, url+"/api/v1/app", `{"name": "Acme", "uid": "acme"}`)
	const message = `{"eventType": "invoice.paid", "payload": {}}`

	call(t, url+"/api/v1/app/acme/msg", message)
	call(t, url+"/api/v1/app/acme/msg", message)
	call(t, url+"/api/v1/app/nobody/msg", message)
	numbers := call(t, url+"/metrics", "")

	for _, line := range []string{`{answer="accepted"} 2`, `{answer="not_found"} 1`, `{answer="unavailable"} 0`} {
		if !strings.Contains(numbers, "posthorn_publishes_total"+line) {
			t.Errorf("there is no %s in\n%s", line, numbers)
		}
	}
}

// call posts a body as the admin, or gets without one, and returns the answer.
func call(t *testing.T, url, body string) string {
	t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	check(t, err)
	request.Header.Set("Authorization", "Bearer "+adminToken)
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	check(t, err)
	text, err := io.ReadAll(response.Body)
	check(t, err)
	check(t, response.Body.Close())
	return string(text)
}
