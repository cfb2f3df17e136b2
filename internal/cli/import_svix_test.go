package cli_test

import (
	"path/filepath"
	"testing"
)

func TestImportSendsNoTokenInClearToAnotherMachineUnlessThatIsWanted(t *testing.T) {
	t.Parallel()
	environ := []string{"POSTHORN_IMPORT_TOKEN=sesame", "POSTHORN_DATABASE_URL=postgres://u:p@127.0.0.1:1/none"}
	line := []string{"import", "svix", "--url", "http://api.example.com", "--data", filepath.Join(t.TempDir(), "data")}

	r := run(t, environ, line...)
	wanted := run(t, environ, append(line, "--insecure-http")...)

	r.failsWith(t, 2, "in clear", "--insecure-http")
	if wanted.code != 6 { // it gets as far as the database, which is away
		t.Errorf("got %d %s", wanted.code, wanted.err)
	}
}
