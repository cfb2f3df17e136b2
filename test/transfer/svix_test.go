package transfer_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/posthorn/posthorn/test/harness"
)

// source is a server with more than a page of applications, and everything that can be set up.
func source(t *testing.T) *harness.Server {
	t.Helper()
	s := harness.Start(t)
	create := func(path string, body object) string { return create(t, s, path, body) }
	for n := range 3 {
		create("/api/v1/app", object{"name": fmt.Sprint("Bulk ", n)})
	}
	app := "/api/v1/app/" + create("/api/v1/app", object{"name": "Acme", "uid": "acme", "rateLimit": 9, "metadata": object{"plan": "gold"}})
	for _, name := range []string{"invoice.paid", "gone"} {
		reply := s.Do(t, http.MethodPost, "/api/v1/event-type", object{
			"name": name, "description": "d", "schemas": object{"1": object{"type": "object"}}, "featureFlag": "beta", "deprecated": true,
		})
		harness.Equal(t, "status", reply.Status, 201)
	}
	harness.Equal(t, "status", s.Do(t, http.MethodDelete, "/api/v1/event-type/gone", nil).Status, 204)
	create(app+"/endpoint", object{
		"url": "https://user:pw@example.com/hook", "uid": "shop", "description": "first", "filterTypes": []string{"invoice.paid"},
		"channels": []string{"eu"}, "rateLimit": 3, "metadata": object{"k": "v"}, "disabled": true,
	})
	other := create(app+"/endpoint", object{"url": "https://example.com/other"})
	harness.Equal(t, "status", s.Do(t, http.MethodPut, app+"/endpoint/"+other+"/headers", object{
		"headers": object{"X-Own": "value", "X-Api-Key": "hidden"},
	}).Status, 204)
	return s
}

// shown is what the API says about everything that a takeover takes.
func shown(t *testing.T, s *harness.Server) map[string]any {
	t.Helper()
	all := map[string]any{}
	list := func(path string) []map[string]any {
		var page struct{ Data []map[string]any }
		s.Do(t, http.MethodGet, path, nil).JSON(t, &page)
		return page.Data
	}
	for _, e := range list("/api/v1/event-type?include_archived=true&with_content=true") {
		delete(e, "updatedAt")
		all[e["name"].(string)] = e
	}
	for _, a := range list("/api/v1/app") {
		path := "/api/v1/app/" + a["id"].(string)
		all[path] = a
		for _, e := range list(path + "/endpoint") {
			at := path + "/endpoint/" + e["id"].(string)
			all[at] = e
			all[at+"/secret"] = s.Do(t, http.MethodGet, at+"/secret", nil).Object(t)
			all[at+"/headers"] = s.Do(t, http.MethodGet, at+"/headers", nil).Object(t)
		}
	}
	return all
}

func takeOver(t *testing.T, from, to *harness.Server, more ...string) harness.Result {
	t.Helper()
	return harness.Run(t, []string{"POSTHORN_DATA=" + to.Data, "POSTHORN_IMPORT_TOKEN=" + harness.AdminToken},
		append([]string{"import", "svix", "--url", from.URL}, more...)...)
}

func TestWhatIsSetUpElsewhereIsTakenOver(t *testing.T) {
	t.Parallel()
	from, to := source(t), harness.New(t, "POSTHORN_DATABASE_URL=")

	first := takeOver(t, from, to)
	again := takeOver(t, from, to)
	to.Restart()

	if first.Code != 8 || !strings.Contains(first.Stderr, "headers X-Api-Key") || strings.Contains(first.Stderr, "hidden\n") {
		t.Errorf("first: %d %s", first.Code, first.Stderr)
	}
	if !strings.Contains(first.Stderr, "applications: 4 new") || !strings.Contains(first.Stderr, "endpoints: 2 new") {
		t.Errorf("first: %s", first.Stderr)
	}
	if again.Code != 0 || !strings.Contains(again.Stderr, "endpoints: 0 new, 0 updated, 2 here before") {
		t.Errorf("again: %d %s", again.Code, again.Stderr)
	}
	want, got := shown(t, from), shown(t, to)
	for path, headers := range want { // what the source hides cannot come over
		if strings.HasSuffix(path, "/headers") {
			headers.(map[string]any)["sensitive"] = []any{}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the source's (-), ours (+):\n%s", diff)
	}
}

func TestUpdateMakesItWhatTheSourceSays(t *testing.T) {
	t.Parallel()
	from, to := source(t), harness.New(t, "POSTHORN_DATABASE_URL=")
	takeOver(t, from, to)
	harness.Equal(t, "status", from.Do(t, http.MethodPatch, "/api/v1/app/acme", object{"name": "Renamed"}).Status, 200)
	harness.Equal(t, "status", from.Do(t, http.MethodPatch, "/api/v1/app/acme/endpoint/shop", object{"disabled": false}).Status, 200)

	result := takeOver(t, from, to, "--update")
	to.Restart()

	if !strings.Contains(result.Stderr, "applications: 0 new, 4 updated") {
		t.Errorf("%d %s", result.Code, result.Stderr)
	}
	harness.Equal(t, "name", to.Do(t, http.MethodGet, "/api/v1/app/acme", nil).Object(t)["name"], any("Renamed"))
	harness.Equal(t, "disabled", to.Do(t, http.MethodGet, "/api/v1/app/acme/endpoint/shop", nil).Object(t)["disabled"], any(false))
}

func TestSourceThatRefusesTheTokenGetsASentence(t *testing.T) {
	t.Parallel()
	from, to := harness.Start(t), harness.New(t, "POSTHORN_DATABASE_URL=")

	result := harness.Run(t, []string{"POSTHORN_DATA=" + to.Data, "SVIX_TOKEN=wrong"}, "import", "svix", "--url", from.URL)

	if result.Code != 3 || !strings.Contains(result.Stderr, "refuses the token") {
		t.Errorf("%d %s", result.Code, result.Stderr)
	}
}
