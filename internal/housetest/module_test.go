package housetest_test

import (
	"strings"
	"testing"
)

// modFile is the part of `go mod edit -json` that these tests read.
type modFile struct {
	Require []struct{ Path, Version string }
	Replace []struct{ Old struct{ Path string } }
	Exclude []struct{ Path string }
}

func readMod(t *testing.T, path string) modFile {
	t.Helper()
	var m modFile
	decode(t, run(t, "go", "mod", "edit", "-json", path), &m)
	return m
}

func (m modFile) version(path string) string {
	for _, r := range m.Require {
		if r.Path == path {
			return r.Version
		}
	}
	return ""
}

// The translated SQLite and its C library agree on the layout of memory; any other pair may compile and
// corrupt. See the notes on versions in the documentation of modernc.org/sqlite.
func TestLibcIsExactlyWhatSQLiteRequires(t *testing.T) {
	t.Parallel()
	sqlite := strings.TrimSpace(run(t, "go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite"))
	want := readMod(t, sqlite).version("modernc.org/libc")

	got := strings.TrimSpace(run(t, "go", "list", "-m", "-f", "{{.Version}}", "modernc.org/libc"))

	if want == "" || got != want {
		t.Errorf("modernc.org/libc is %q, but modernc.org/sqlite requires %q: move both together", got, want)
	}
}

// A module with either cannot be installed with `go install module@version`.
func TestModuleReplacesAndExcludesNothing(t *testing.T) {
	t.Parallel()

	m := readMod(t, "go.mod")

	if len(m.Replace) > 0 || len(m.Exclude) > 0 {
		t.Errorf("go.mod has replace or exclude lines, which break `go install`: %v %v", m.Replace, m.Exclude)
	}
}

// gRPC makes the program 18 MB larger; it usually arrives with a cloud SDK or a trace exporter.
func TestProgramDoesNotContainGRPC(t *testing.T) {
	t.Parallel()

	for _, pkg := range lines(run(t, "go", "list", "-deps", "./cmd/posthorn")) {
		if strings.HasPrefix(pkg, "google.golang.org/grpc") {
			t.Errorf("cmd/posthorn depends on %s; `go mod why` says through whom", pkg)
		}
	}
}
