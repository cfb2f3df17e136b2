package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMigrateStatusSaysWhatThereIsAlsoBesideAServer(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	run(t, nil, "migrate", "status", "--data", data).failsWith(t, 4, data, "--data")

	serveOnce(t, data, func() {
		if r := run(t, nil, "migrate", "status", "--data", data); r.code != 0 || !strings.Contains(r.out, "there is nothing to do") {
			t.Errorf("%+v", r)
		}
	})

	if help := run(t, nil, "migrate", "status", "--help"); !strings.Contains(help.out, "Exit codes:\n  0  done\n") {
		t.Errorf("%s", help.out)
	}
}

func TestTokensOfAnotherSchemaAreLeftAlone(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "posthorn.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}

	run(t, nil, "token", "list", "--data", data).failsWith(t, 6, "has schema 0", "posthorn migrate up")

	if r := run(t, nil, "migrate", "status", "--data", data); r.code != 0 || !strings.Contains(r.out, "Schema 0 is in ") {
		t.Errorf("%+v", r)
	}
}
