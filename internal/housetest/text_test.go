package housetest_test

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources returns the files that are, or would be, committed. Recorded requests are other people's text.
func sources(t *testing.T) []string {
	t.Helper()
	if !exists(t, ".git") {
		t.Skip("not a git working tree: which files are committed cannot be known")
	}
	var files []string
	for _, path := range strings.Split(run(t, "git", "ls-files", "-co", "--exclude-standard", "-z"), "\x00") {
		if path != "" && !strings.Contains("/"+path, "/testdata/") {
			files = append(files, path)
		}
	}
	return files
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(root(t), path))
	if os.IsNotExist(err) {
		return nil // deleted, and the deletion is not committed yet
	}
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestNoFileNamesAFolderOfOneMachine(t *testing.T) {
	t.Parallel()
	here := regexp.QuoteMeta(root(t) + "/")
	home := regexp.MustCompile(`(^|[^\w.:/~-])(` + here + `|/(home|Users)/\w+/|/root/\w)`)

	for _, path := range sources(t) {
		if found := home.Find(read(t, path)); found != nil {
			t.Errorf("%s names a folder of one machine: %q", path, found)
		}
	}
}

// A lock file that names the registry it was made with sends everyone else there.
func TestNoFileNamesAPrivateRegistry(t *testing.T) {
	t.Parallel()
	hosts := privateProxies(run(t, "go", "env", "GOPROXY"))

	for _, path := range sources(t) {
		body := read(t, path)
		for _, host := range hosts {
			if bytes.Contains(body, []byte(host)) {
				t.Errorf("%s names %s, the module proxy of this machine", path, host)
			}
		}
		if filepath.Base(path) == "package-lock.json" && bytes.Contains(body, []byte(`"resolved": "http`)) {
			t.Errorf("%s names registry addresses: set omit-lockfile-registry-resolved=true in .npmrc beside it", path)
		}
	}
}

// privateProxies returns the hosts of a GOPROXY setting other than the public one.
func privateProxies(setting string) []string {
	var hosts []string
	for _, entry := range strings.FieldsFunc(setting, func(r rune) bool { return r == ',' || r == '|' }) {
		u, err := url.Parse(strings.TrimSpace(entry))
		if err == nil && u.Hostname() != "" && u.Hostname() != "proxy."+"golang.org" {
			hosts = append(hosts, u.Hostname())
		}
	}
	return hosts
}
