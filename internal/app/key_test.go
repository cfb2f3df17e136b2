package app_test

import (
	"crypto/rand"
	"encoding/base64"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// data is a folder with a database that holds endpoints sealed with the keys, one for each.
func data(t *testing.T, keys ...string) string {
	t.Helper()
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "posthorn.db"), sqlite.Options{})
	check(t, err)
	defer func() { check(t, db.Close()) }()
	ids := id.NewSource(rand.Reader)
	for _, key := range keys {
		box, err := secret.FromText(key)
		check(t, err)
		following := directory.New(db, directory.NewVault(box))
		a, err := catalog.NewApplications(db, ids, clock.Clock{}, following).Create(t.Context(), catalog.NewApplication{Name: "Acme"})
		check(t, err)
		endpoints := catalog.NewEndpoints(db, catalog.EndpointConfig{Box: box, IDs: ids, Random: rand.Reader, Changes: following})
		_, err = endpoints.Create(t.Context(), a.Key, catalog.NewEndpoint{URL: "https://hooks.example.com/in"})
		check(t, err)
	}
	return dir
}

// inlets is a folder with a database that holds sources sealed with the keys, one for each, and no endpoint. Of some
// only the address is sealed, others have a secret too.
func inlets(t *testing.T, secrets []string, keys ...string) string {
	t.Helper()
	dir := data(t)
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "posthorn.db"), sqlite.Options{})
	check(t, err)
	defer func() { check(t, db.Close()) }()
	ids := id.NewSource(rand.Reader)
	for _, key := range keys {
		box, err := secret.FromText(key)
		check(t, err)
		following := directory.New(db, directory.NewVault(box))
		sources := catalog.NewSources(db, catalog.SourceConfig{
			Applications: catalog.NewApplications(db, ids, clock.Clock{}, following), Providers: all.Catalog(), Box: box, IDs: ids,
			Random: rand.Reader, MaxBody: 1 << 20, Changes: deaf{},
		})
		_, err = sources.Create(t.Context(), catalog.NewSource{Name: "GitHub", Provider: "github", Secrets: secrets})
		check(t, err)
	}
	return dir
}

// deaf needs to know of no change.
type deaf struct{}

func (deaf) SourceChanged(hook.Key) {}

func TestKeyThatDoesNotOpenTheSourcesStopsTheStartWithoutAnyEndpoint(t *testing.T) {
	t.Parallel()
	right, wrong := newKey(), newKey()
	for kind, secrets := range map[string][]string{"the address alone": nil, "a secret too": {"topsecret"}} {
		inFile, lost := inlets(t, secrets, right), inlets(t, secrets, right)
		check(t, os.WriteFile(filepath.Join(inFile, "posthorn.key"), []byte(wrong), 0o600))
		for name, c := range map[string]struct {
			environ    []string
			code, says string
		}{
			"settings": {[]string{"POSTHORN_DATA=" + inlets(t, secrets, right), "POSTHORN_ENCRYPTION_KEY=" + wrong}, "wrong_encryption_key", "POSTHORN_ENCRYPTION_KEY"},
			"file":     {[]string{"POSTHORN_DATA=" + inFile}, "wrong_encryption_key", filepath.Join(inFile, "posthorn.key")},
			"no file":  {[]string{"POSTHORN_DATA=" + lost}, "encryption_key_missing", filepath.Join(lost, "posthorn.key")},
		} {
			t.Run(kind+", "+name, func(t *testing.T) {
				t.Parallel()

				err := refusal(t, c.environ...)

				if fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "sources") {
					t.Errorf("got %v", err)
				}
				if _, err := os.Stat(filepath.Join(lost, "posthorn.key")); err == nil {
					t.Error("a new key lies beside the old database")
				}
			})
		}
	}
}

func newKey() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	return base64.StdEncoding.EncodeToString(raw)
}

// refusal starts a server that must not come up and returns what it says.
func refusal(t *testing.T, environ ...string) error {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags)
	settings, err := config.Load(flags, append(environ, "POSTHORN_LISTEN=127.0.0.1:0"))
	check(t, err)
	return app.Serve(t.Context(), settings, app.Options{Out: io.Discard, Log: slog.New(slog.DiscardHandler), Program: "posthorn"})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeyThatDoesNotOpenWhatIsStoredStopsTheStart(t *testing.T) {
	t.Parallel()
	right, wrong := newKey(), newKey()
	inFile := data(t, right)
	check(t, os.WriteFile(filepath.Join(inFile, "posthorn.key"), []byte(wrong), 0o600))
	lost := data(t, right)
	cut := data(t, right)
	check(t, os.WriteFile(filepath.Join(cut, "posthorn.key"), []byte(right[:20]), 0o600))
	for name, c := range map[string]struct {
		environ    []string
		code, says string
	}{
		"settings": {[]string{"POSTHORN_DATA=" + data(t, right), "POSTHORN_ENCRYPTION_KEY=" + wrong}, "wrong_encryption_key", "POSTHORN_ENCRYPTION_KEY"},
		"file":     {[]string{"POSTHORN_DATA=" + inFile}, "wrong_encryption_key", filepath.Join(inFile, "posthorn.key")},
		"no file":  {[]string{"POSTHORN_DATA=" + lost}, "encryption_key_missing", filepath.Join(lost, "posthorn.key")},
		"cut file": {[]string{"POSTHORN_DATA=" + cut}, "key_file_damaged", filepath.Join(cut, "posthorn.key")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			err := refusal(t, c.environ...)

			if fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
			if text := err.Error(); !strings.Contains(strings.ToLower(text), "from the backup") || strings.Contains(text, "openssl") {
				t.Errorf("a new key would not help, and it says %q", text)
			}
			if _, err := os.Stat(filepath.Join(lost, "posthorn.key")); err == nil {
				t.Error("a new key lies beside the old database")
			}
		})
	}
}

func TestKeyThatOpensWhatIsStoredStarts(t *testing.T) {
	t.Parallel()
	old, next := newKey(), newKey()
	for name, environ := range map[string][]string{
		"the same":         {"POSTHORN_DATA=" + data(t, old), "POSTHORN_ENCRYPTION_KEY=" + old},
		"a new one before": {"POSTHORN_DATA=" + data(t, old), "POSTHORN_ENCRYPTION_KEY=" + next + "," + old},
		"one of two lost":  {"POSTHORN_DATA=" + data(t, old, next), "POSTHORN_ENCRYPTION_KEY=" + next},
		"sources alone":    {"POSTHORN_DATA=" + inlets(t, []string{"topsecret"}, old), "POSTHORN_ENCRYPTION_KEY=" + next + "," + old},
		"sources of two":   {"POSTHORN_DATA=" + inlets(t, nil, old, next), "POSTHORN_ENCRYPTION_KEY=" + old},
		"nothing stored":   {"POSTHORN_DATA=" + data(t), "POSTHORN_ENCRYPTION_KEY=" + next},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if printed, _ := start(t, environ...); !strings.Contains(printed, "ready") {
				t.Errorf("it said %q", printed)
			}
		})
	}
}
