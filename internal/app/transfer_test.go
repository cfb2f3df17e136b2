package app_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
)

func TestAnImportThatCannotReadTheFirstLineMakesNothing(t *testing.T) {
	t.Parallel()
	from := filepath.Join(t.TempDir(), "from")
	check(t, briefly(t, from, false))
	stream := exportOf(t, from, "right")
	bare := exportOf(t, from, "")

	for name, c := range map[string]struct {
		stream           []byte
		passphrase, code string
	}{
		"wrong passphrase": {stream, "wrong", "passphrase_wrong"},
		"no passphrase":    {stream, "", "passphrase_missing"},
		"cut":              {stream[:len(stream)-10], "right", "export_damaged"},
		"no export":        {[]byte("{}\n"), "", "no_export"},
		"empty":            {nil, "", "no_export"},
		"without secrets":  {bare, "", "export_without_secrets"},
	} {
		dir := filepath.Join(t.TempDir(), "to")
		_, err := move(t, dir, c.passphrase).Import(t.Context(), bytes.NewReader(c.stream))
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: the import made its data directory", name)
		}
	}
}

func TestAnImportThatBreaksOffLaterLeavesADatabaseThatNoServerStartsOn(t *testing.T) {
	t.Parallel()
	from, dir := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
	check(t, briefly(t, from, false))
	stream := exportOf(t, from, "")
	m := move(t, dir, "")
	m.NewSecrets = true

	_, err := m.Import(t.Context(), bytes.NewReader(stream[:bytes.IndexByte(stream, '\n')+1]))
	serve := briefly(t, dir, false)

	if fault.CodeOf(err) != "export_damaged" || fault.CodeOf(serve) != "import_unfinished" {
		t.Errorf("import: %v, serve: %v", err, serve)
	}
}

func move(t *testing.T, dir, passphrase string) app.Move {
	t.Helper()
	return app.Move{Config: settingsOf(t, dir).Config, Log: slog.New(slog.DiscardHandler), Passphrase: secret.Text(passphrase)}
}

func exportOf(t *testing.T, dir, passphrase string) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := move(t, dir, passphrase).Export(t.Context(), &out)
	check(t, err)
	return out.Bytes()
}

func TestAnImportKeepsTheWALOfALostDatabase(t *testing.T) {
	t.Parallel()
	from, dir := filepath.Join(t.TempDir(), "from"), t.TempDir()
	check(t, briefly(t, from, false))
	check(t, os.WriteFile(filepath.Join(dir, "posthorn.db-wal"), []byte("of the lost database"), 0o600))

	_, err := move(t, dir, "right").Import(t.Context(), bytes.NewReader(exportOf(t, from, "right")))
	check(t, err)

	if kept, _ := filepath.Glob(filepath.Join(dir, "posthorn.db-wal.lost-*")); len(kept) != 1 {
		t.Errorf("kept %v", kept)
	}
}
