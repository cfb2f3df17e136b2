package app_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestEachMetricIsDocumentedWithItsType(t *testing.T) {
	t.Parallel()
	_, url := start(t, "POSTHORN_ADMIN_TOKEN="+adminToken)
	documented, err := os.ReadFile("../../docs/reference/metrics.md")
	check(t, err)

	exposed := regexp.MustCompile(`(?m)^# TYPE (posthorn_\w+) (\w+)$`).FindAllStringSubmatch(call(t, url+"/metrics", ""), -1)

	for _, m := range exposed {
		if !strings.Contains(string(documented), "| `"+m[1]+"` | "+m[2]+" |") {
			t.Errorf("docs/reference/metrics.md does not list %s as a %s", m[1], m[2])
		}
	}
	if rows := strings.Count(string(documented), "\n| `posthorn_"); rows != len(exposed) {
		t.Errorf("%d metrics are documented, %d exposed", rows, len(exposed))
	}
}

func TestCommitsAndWhatWaitsForThemAreMeasured(t *testing.T) {
	t.Parallel()
	_, url := start(t, "POSTHORN_ADMIN_TOKEN="+adminToken)
	call(t, url+"/api/v1/app", `{"name": "Acme", "uid": "acme"}`)

	numbers := call(t, url+"/metrics", "")

	for _, line := range []string{
		`posthorn_database_failures_total{code="store_slow"} 0`, `posthorn_database_oldest_wait_seconds{work="publish"} 0`,
		`posthorn_database_waiting_bytes{work="receive"} 0`, `posthorn_database_connections 1`,
	} {
		if !strings.Contains(numbers, "\n"+line+"\n") {
			t.Errorf("there is no %s in\n%s", line, numbers)
		}
	}
	if strings.Contains(numbers, "\nposthorn_database_commit_seconds_count 0\n") {
		t.Errorf("no commit was measured:\n%s", numbers)
	}
}
