package clients_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// snippets returns the fenced blocks of a language in a document of the repository, in their order.
func snippets(t *testing.T, document, language string) []string {
	t.Helper()
	root, err := harness.Root()
	harness.Check(t, err)
	text, err := os.ReadFile(filepath.Join(root, document))
	harness.Check(t, err)
	fence := regexp.MustCompile("(?ms)^```" + language + "\n(.*?)^```$")
	var found []string
	for _, match := range fence.FindAllStringSubmatch(string(text), -1) {
		found = append(found, match[1])
	}
	return found
}

// snippet returns the one block of a language that contains a text.
func snippet(t *testing.T, document, language, containing string) string {
	t.Helper()
	var found []string
	for _, s := range snippets(t, document, language) {
		if strings.Contains(s, containing) {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s has %d blocks of %s with %q, want one", document, len(found), language, containing)
	}
	return found[0]
}

func write(t *testing.T, path, text string) {
	t.Helper()
	harness.Check(t, os.MkdirAll(filepath.Dir(path), 0o755))
	harness.Check(t, os.WriteFile(path, []byte(text), 0o644))
}
