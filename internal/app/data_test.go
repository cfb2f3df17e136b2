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
	"time"

	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
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

func TestADataFolderThatLostItsDatabaseIsNotStartedEmpty(t *testing.T) {
	t.Parallel()
	for name, environ := range map[string][]string{
		"with a key file":              nil,
		"with the key in the settings": {"POSTHORN_ENCRYPTION_KEY=" + newKey()},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		database := filepath.Join(dir, "posthorn.db")
		check(t, briefly(t, dir, false, environ...))
		check(t, briefly(t, dir, false, environ...))

		check(t, os.Remove(database))
		isMissing(t, name+", removed", briefly(t, dir, false, environ...))
		if _, err := os.Stat(database); err == nil {
			t.Errorf("%s: the refused start made a database", name)
		}
		_, err := app.MigrateUp(t.Context(), settingsOf(t, dir, environ...).Config, 0, clock.Clock{})
		isMissing(t, name+", to be migrated", err)
		check(t, os.WriteFile(database, nil, 0o600))
		isMissing(t, name+", emptied", briefly(t, dir, false, environ...))

		check(t, briefly(t, dir, true, environ...))
		check(t, briefly(t, dir, false, environ...))
	}
}

func TestAStartThatFailedBeforeThereWasADatabaseLeavesNoSignOfOne(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	if err := briefly(t, dir, false, "POSTHORN_DATABASE_URL=postgres://posthorn@127.0.0.1:1/none"); err == nil {
		t.Fatal("it started")
	}

	check(t, briefly(t, dir, false))
}

func isMissing(t *testing.T, what string, err error) {
	t.Helper()
	if fault.CodeOf(err) != "database_missing" || !strings.Contains(err.Error(), "--new-database") {
		t.Errorf("%s: got %v", what, err)
	}
}

func TestAServerWhoseDatabaseFileWasReplacedRefusesAndSaysSo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	logged := make(chan slog.Record, 1)
	_, url := startLogging(t, only{"database files removed or replaced, refusing writes", logged},
		"POSTHORN_ADMIN_TOKEN="+adminToken, "POSTHORN_DATA="+dir)
	database, aside := filepath.Join(dir, "posthorn.db"), filepath.Join(dir, "aside")
	call(t, url+"/api/v1/app", `{"name": "Acme", "uid": "acme"}`)
	check(t, os.Rename(database, aside))
	check(t, os.WriteFile(database, nil, 0o600))
	const publish = `{"eventType": "invoice.paid", "payload": {}}`

	answer := call(t, url+"/api/v1/app/acme/msg", publish)
	<-logged
	waitFor(t, func() bool { return status(t, url+"/readyz", "") == http.StatusServiceUnavailable })

	for what, text := range map[string]string{"the publish": answer, "readyz": call(t, url+"/readyz", ""), "health": call(t, url+"/api/v1/health", "")} {
		if !strings.Contains(text, "removed or replaced under the running server") {
			t.Errorf("%s says %s", what, text)
		}
	}
	check(t, os.Rename(aside, database)) // for a stop in good order
	waitFor(t, func() bool { return status(t, url+"/readyz", "") == http.StatusOK })
	if answer := call(t, url+"/api/v1/app/acme/msg", publish); !strings.Contains(answer, `"msg_`) {
		t.Errorf("with the file back it says %s", answer)
	}
}

// only hands on the records of one message.
type only struct {
	message string
	records chan<- slog.Record
}

func (o only) Enabled(context.Context, slog.Level) bool { return true }
func (o only) WithAttrs([]slog.Attr) slog.Handler       { return o }
func (o only) WithGroup(string) slog.Handler            { return o }
func (o only) Handle(_ context.Context, r slog.Record) error {
	if r.Message == o.message {
		select {
		case o.records <- r:
		default:
		}
	}
	return nil
}

// waitFor asks until done says true, for half a minute.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("not in time")
		}
	}
}

// settingsOf returns the settings of a server on the folder.
func settingsOf(t *testing.T, dir string, environ ...string) config.Loaded {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags)
	settings, err := config.Load(flags, append([]string{"POSTHORN_LISTEN=127.0.0.1:0", "POSTHORN_DATA=" + dir}, environ...))
	check(t, err)
	return settings
}

// briefly runs a server on the folder until it prints something, and returns how it ended.
func briefly(t *testing.T, dir string, newDatabase bool, environ ...string) error {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	return app.Serve(ctx, settingsOf(t, dir, environ...), app.Options{
		Out: &cut{end: end}, Log: slog.New(slog.DiscardHandler), Program: "posthorn", NewDatabase: newDatabase,
	})
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

func TestANewDatabaseKeepsTheLeftOverWALUnderAnotherName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	check(t, briefly(t, dir, false))
	check(t, os.Remove(filepath.Join(dir, "posthorn.db")))
	for _, suffix := range []string{"-wal", "-shm"} {
		check(t, os.WriteFile(filepath.Join(dir, "posthorn.db"+suffix), []byte("of the lost database"), 0o600))
	}

	check(t, briefly(t, dir, true))

	for _, suffix := range []string{"-wal", "-shm"} {
		kept, err := filepath.Glob(filepath.Join(dir, "posthorn.db"+suffix+".lost-*"))
		check(t, err)
		if len(kept) != 1 {
			t.Fatalf("of posthorn.db%s there is %v", suffix, kept)
		}
		if text, err := os.ReadFile(kept[0]); err != nil || string(text) != "of the lost database" {
			t.Errorf("%s has %q, %v", kept[0], text, err)
		}
	}
	check(t, briefly(t, dir, true))
	if kept, _ := filepath.Glob(filepath.Join(dir, "*.lost-*")); len(kept) != 2 {
		t.Errorf("a start on a database that is there renamed files: %v", kept)
	}
}

func TestCommandsOnADataFolderThatLostItsDatabaseSayTheSameAsServe(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	check(t, briefly(t, dir, false))
	check(t, os.Remove(filepath.Join(dir, "posthorn.db")))
	settings := settingsOf(t, dir).Config

	_, status := app.MigrateStatus(t.Context(), settings, clock.Clock{})
	_, down := app.MigrateDown(t.Context(), settings, 1, clock.Clock{})
	_, export := app.Move{Config: settings, Log: slog.New(slog.DiscardHandler)}.Export(t.Context(), io.Discard)
	_, tokens := app.OpenTokenDesk(t.Context(), settings, clock.Clock{})

	for what, err := range map[string]error{"migrate status": status, "migrate down": down, "export": export, "token list": tokens} {
		isMissing(t, what, err)
	}
}
