package hostile_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// memoryLimit is in bytes, for servers that inputs must not grow.
const memoryLimit = 512 << 20

// A path such as [@this,@this] eighteen times made 2^18 copies of a body.
func TestPathsOfTenantsCannotGrowTheServer(t *testing.T) {
	t.Parallel()
	s := harness.StartLimited(t, memoryLimit)
	pid := s.PID()

	rows(t, s, map[string]func(*testing.T, *harness.Server){
		"programs are refused":            pathsThatAreProgramsAreRefused,
		"dear paths read within the body": dearPathsReadWithinTheBody,
	})

	survived(t, s, pid)
	staysSmall(t, pid)
}

func pathsThatAreProgramsAreRefused(t *testing.T, s *harness.Server) {
	in := newInlet(t, s, object{"uid": "paths"})
	doubled := strings.TrimSuffix(strings.Repeat("[@this,@this]|", 18), "|")
	for _, path := range []string{doubled, "@this", "a|b", "{a,b}", "a.[b,c]", "!true", "a.*", "#.#", "@tostr|@tostr|@tostr"} {
		for field, rule := range map[string]object{
			"by":        {"dedupe": object{"by": "json:" + path}},
			"type_path": {"options": object{"type_path": path}},
			"id_path":   {"options": object{"id_path": path}},
		} {
			refusal(t, path, s.Do(t, http.MethodPatch, in.path, rule), field)
			refusal(t, path, s.Do(t, http.MethodPut, in.path, object{"name": "a", "provider": "none", "dedupe": rule["dedupe"], "options": rule["options"]}), field)
			rule["name"], rule["provider"] = "a", "none"
			refusal(t, path, s.Do(t, http.MethodPost, sourcesAt, rule), field)
		}
	}
	wanted(t, "a webhook", in.try(t, s, webhook{body: "[" + strings.Repeat("1,", 10_000) + "1]"}), http.StatusOK)
}

// dearPathsReadWithinTheBody sends many bodies of 1 MB at once to sources whose paths look at all of each.
func dearPathsReadWithinTheBody(t *testing.T, s *harness.Server) {
	const mega = 1 << 20 // bytes
	list := "[" + strings.Repeat("[],", (mega-4)/3) + "1]"
	items := "[" + strings.Repeat(`{"a":1},`, (mega-8)/8) + `{}]`
	deep := strings.Repeat(`{"a":`, mega/6) + "1" + strings.Repeat("}", mega/6)
	var wait sync.WaitGroup
	for path, body := range map[string]string{"#.0": list, "#.a": items, "..#.0": list, strings.Repeat("a.", 127) + "a": deep, `#(a=="2").a`: items} {
		in := newInlet(t, s, object{"dedupe": object{"by": "json:" + path}, "options": object{"type_path": path, "id_path": path}})
		for range 8 {
			wait.Go(func() {
				if got := in.try(t, s, webhook{body: body}).Status; got != http.StatusOK && got != http.StatusServiceUnavailable {
					t.Errorf("%s: got %d", path, got)
				}
			})
		}
	}
	wait.Wait()
}

// An older release stored paths that are not valid any more. One arrives here by an export that holds it.
func TestStoredPathThatIsAProgramIsNeverEvaluated(t *testing.T) {
	t.Parallel()
	doubled := strings.TrimSuffix(strings.Repeat("[@this,@this]|", 18), "|")
	former := harness.Start(t)
	newInlet(t, former, object{"uid": "old", "dedupe": object{"by": "json:order.id"}, "options": object{"type_path": "order.type"}})
	export := harness.Run(t, former.Database, "export", "--without-secrets")
	harness.Equal(t, "exit code of the export", export.Code, 0)
	changed := strings.NewReplacer("order.id", doubled, "order.type", doubled).Replace(export.Stdout)
	file := filepath.Join(t.TempDir(), "export.jsonl")
	harness.Check(t, os.WriteFile(file, []byte(changed), 0o600))
	s := harness.NewLimited(t, memoryLimit)
	imported := harness.Run(t, s.Database, "import", "--new-secrets", file)
	if imported.Code != 0 || !strings.Contains(changed, doubled) {
		t.Fatalf("import: %d %s", imported.Code, imported.Stderr)
	}
	s.Restart()
	pid := s.PID()

	var source struct{ IngestURL, Problem string }
	do(t, s, http.MethodGet, sourcesAt+"/old", nil, http.StatusOK).JSON(t, &source)
	_, key, _ := strings.Cut(source.IngestURL, "/in/")
	in := inlet{path: sourcesAt + "/old", address: s.URL + "/in/" + key}
	in.turnsAway(t, s, "a webhook", webhook{body: "[" + strings.Repeat("1,", 10_000) + "1]"}, http.StatusServiceUnavailable)
	in.turnsAway(t, s, "a small one", webhook{body: "{}"}, http.StatusServiceUnavailable)

	harness.Equal(t, "the problem says what a path may be", strings.Contains(source.Problem, "A path has names"), true)
	do(t, s, http.MethodPatch, in.path, object{"dedupe": nil, "options": object{}}, http.StatusOK)
	wanted(t, "a webhook after the paths were replaced", in.try(t, s, webhook{body: "{}"}), http.StatusOK)
	survived(t, s, pid)
}
