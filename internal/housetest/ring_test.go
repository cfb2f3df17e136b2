package housetest_test

import (
	"slices"
	"strings"
	"testing"
)

// rings lists the folders of each ring, from the vocabulary outwards. The linter explains each wall at
// the import that breaks it; this list makes sure that a new folder has chosen its ring.
func rings() [][]string {
	return [][]string{
		{"signature", "wire", "internal/hook", "internal/id", "internal/clock", "internal/retry", "internal/fault", "internal/mapping"},
		{"internal/store", "internal/egress", "internal/secret", "internal/dialect", "internal/directory", "internal/destination", "internal/provider", "internal/bodypath", "internal/form"},
		{
			"internal/catalog", "internal/publish", "internal/deliver", "internal/receive",
			"internal/portal", "internal/operational", "internal/maintain", "internal/auth", "internal/node", "internal/transfer",
		},
		{
			"internal/api", "internal/inbound", "internal/web", "internal/httpd", "internal/httpbody", "internal/membudget", "internal/cli",
			"internal/config", "internal/app", "internal/bench", "internal/takeover", "consumer",
		},
		{"cmd"},
	}
}

// outside lists the folders that belong to no ring: tests, and programs for whoever works here.
func outside() []string {
	return []string{"test", "scripts", "api", "internal/housetest"}
}

const useCases = 2

// place returns the ring and the folder in it that an import path belongs to; ring -1 is none.
func place(path string) (ring int, folder string) {
	rel := strings.TrimPrefix(path, module+"/")
	for i, folders := range rings() {
		for _, f := range folders {
			if within(rel, f) {
				return i, f
			}
		}
	}
	return -1, ""
}

func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// imports returns what every package of this module imports, tests aside, from this module.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	format := `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`
	for line := range strings.Lines(run(t, "go", "list", "-e", "-f", format, "./...")) {
		f := strings.Fields(line)
		all[f[0]] = slices.DeleteFunc(f[1:], func(i string) bool { return !within(i, module) })
	}
	return all
}

func TestEveryPackageHasARing(t *testing.T) {
	t.Parallel()

	for pkg := range imports(t) {
		rel := strings.TrimPrefix(pkg, module+"/")
		free := rel == module || slices.ContainsFunc(outside(), func(f string) bool { return within(rel, f) })
		if ring, _ := place(pkg); ring < 0 && !free {
			t.Errorf("%s is in no ring: choose one here and in .golangci.yml", pkg)
		}
	}
}

func TestImportsPointInwards(t *testing.T) {
	t.Parallel()

	for pkg, imported := range imports(t) {
		from, folder := place(pkg)
		if from < 0 {
			continue
		}
		for _, i := range imported {
			to, target := place(i)
			switch {
			case to < 0:
				t.Errorf("%s imports %s, which is no part of the program", pkg, i)
			case to > from:
				t.Errorf("%s imports %s: outwards", pkg, i)
			case to == useCases && from == useCases && target != folder:
				t.Errorf("%s imports %s: a use case declares the small interface it needs from another", pkg, i)
			}
		}
	}
}

// Public packages are compiled into other people's programs, and the vocabulary into everything here.
func TestVocabularyImportsTheStandardLibraryOnly(t *testing.T) {
	t.Parallel()

	for _, folder := range rings()[0] {
		if !exists(t, folder) {
			continue
		}
		format := `{{if not .Standard}}{{.ImportPath}}{{end}}`
		for _, pkg := range lines(run(t, "go", "list", "-deps", "-f", format, "./"+folder+"/...")) {
			if ring, _ := place(pkg); ring != 0 {
				t.Errorf("%s depends on %s", folder, pkg)
			}
		}
	}
}

func TestPublicPackagesDependOnNothingOfOurs(t *testing.T) {
	t.Parallel()

	for _, folder := range []string{"signature", "wire"} {
		if !exists(t, folder) {
			continue
		}
		for _, pkg := range lines(run(t, "go", "list", "-deps", "./"+folder+"/...")) {
			if within(pkg, module) && !within(pkg, module+"/"+folder) {
				t.Errorf("%s depends on %s", folder, pkg)
			}
		}
	}
}
