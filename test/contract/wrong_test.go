package contract_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// matrix holds two tenants of a server and all that its document declares.
type matrix struct {
	server     *harness.Server
	document   document
	own, other tenant
}

// TestNoWrongFieldOfAnyOperationIsAServerError changes valid requests of every operation in one place at a time, and
// sends each as every kind of caller. Whatever the change: no answer is 5xx, a value of a wrong type is 422 and named, no caller sees another tenant,
// and the server stays as large as it was.
func TestNoWrongFieldOfAnyOperationIsAServerError(t *testing.T) {
	t.Parallel()
	s := harness.StartLimited(t, 512<<20)
	receiver := harness.NewReceiver(t)
	document, _ := served(t, s)
	s.Do(t, http.MethodPost, "/api/v1/event-type", object{"name": "matrix.known", "description": "d"})
	m := &matrix{s, document, newTenant(t, s, "marker-of-own", receiver.URL), newTenant(t, s, "marker-of-other", receiver.URL)}

	m.validRequestsSucceed(t, func(o operation) bool { return o.method != "delete" })
	before, _ := s.PeakMemory()
	sent := 0
	for _, name := range sortedKeys(document.operations()) {
		sent += m.vary(t, document.operations()[name])
	}
	after, known := s.PeakMemory()
	m.validRequestsSucceed(t, func(o operation) bool { return o.method == "delete" })

	t.Logf("%d requests; at most %d MiB before, %d MiB after", sent, before>>20, after>>20)
	const growth = 64 << 20 // bytes; the collector may let the heap double
	if known && after > before+growth {
		t.Errorf("the server grew from %d to %d bytes", before, after)
	}
	for _, word := range []string{"panic", "level=ERROR", "goroutine 1 ["} {
		if strings.Contains(s.Log(), word) {
			t.Errorf("the log mentions %q", word)
		}
	}
}

// validRequestsSucceed checks that the request that is varied is a valid one, for each operation that is wanted. What
// ends an object comes after what ends its parts.
func (m *matrix) validRequestsSucceed(t *testing.T, wanted func(operation) bool) {
	t.Helper()
	operations := m.document.operations()
	names := sortedKeys(operations)
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Compare(strings.Count(operations[b].path, "/"), strings.Count(operations[a].path, "/"))
	})
	for _, name := range names {
		o := operations[name]
		if !wanted(o) {
			continue
		}
		token, target := m.server.Token, m.own
		if o.method == "delete" && strings.HasPrefix(o.path, sourcePath) {
			target = m.other // an endpoint of the application is one of its source, too
		}
		if strings.HasSuffix(o.path, "/auth/logout") {
			token = m.disposable(t)
		}
		if reply := m.send(t, token, o, target, wrong{body: m.valid(t, o, target)}); reply.Status/100 != 2 {
			t.Errorf("%s: the valid request answers %d: %s", o, reply.Status, reply.Body)
		}
	}
}

// disposable returns a token that may be revoked.
func (m *matrix) disposable(t *testing.T) string {
	t.Helper()
	path := "/api/v1/auth/app-portal-access/" + m.own.placeholders["app_id"]
	token, _ := m.server.Do(t, http.MethodPost, path, object{}).Object(t)["token"].(string)
	return token
}

// valid returns a valid body of an operation, or nil if it has none.
func (m *matrix) valid(t *testing.T, o operation, sender tenant) any {
	t.Helper()
	schema := body(child(o.about, "requestBody"))
	if schema == nil {
		return nil
	}
	reference, _ := schema["$ref"].(string)
	example := sender.example(reference[strings.LastIndexByte(reference, '/')+1:])
	if example == nil {
		t.Fatalf("%s has no example of a valid body; add one of %q", o, reference)
	}
	return example
}

// send sends a request of an operation to the objects of a tenant.
func (m *matrix) send(t *testing.T, token string, o operation, target tenant, w wrong) harness.Reply {
	t.Helper()
	var content any
	if w.body != nil || w.place == "body" {
		text, err := json.Marshal(w.body)
		harness.Check(t, err)
		content = text
	}
	request := m.server.Request(t, strings.ToUpper(o.method), target.path(o.path, w.path)+w.query, content)
	request.Header.Del("Authorization")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return m.server.Send(t, request)
}

// vary sends all variations of an operation's request and returns how many.
func (m *matrix) vary(t *testing.T, o operation) (sent int) {
	t.Helper()
	valid := m.valid(t, o, m.own)
	variations := m.document.wrongParameters(o)
	if schema := body(child(o.about, "requestBody")); schema != nil {
		variations = append(variations, m.document.wrongBodies(schema, valid)...)
	}
	for _, w := range variations {
		if w.place != "body" {
			w.body = valid
		}
		reply := m.send(t, m.server.Token, o, m.own, w)
		m.judge(t, o, w, reply)
		if w.place == "body" && reply.Status/100 == 2 && o.method != "post" {
			m.send(t, m.server.Token, o, m.own, wrong{body: valid}) // so that the next one is varied alone
		}
		sent++
	}
	return sent + m.asOthers(t, o, variations)
}

// judge checks the answer to a variation.
func (m *matrix) judge(t *testing.T, o operation, w wrong, reply harness.Reply) {
	t.Helper()
	if reply.Status >= http.StatusInternalServerError {
		t.Errorf("%s with %s: %d %s", o, w, reply.Status, reply.Body)
	}
	if !w.refused || reply.Status == http.StatusBadRequest { // which is for what no JSON parser reads
		return
	}
	if reply.Status != http.StatusUnprocessableEntity {
		t.Errorf("%s with %s: got %d, want 422: %.300s", o, w, reply.Status, reply.Body)
		return
	}
	var said struct{ Detail []struct{ Loc []string } }
	reply.JSON(t, &said)
	for _, one := range said.Detail {
		if len(one.Loc) > 0 && one.Loc[0] == w.place && (w.name == "" || slices.Contains(one.Loc, w.name)) {
			return
		}
	}
	t.Errorf("%s with %s: %s is not named: %.300s", o, w, w.name, reply.Body)
}

// asOthers sends the valid request and a share of its variations as every other kind of caller.
func (m *matrix) asOthers(t *testing.T, o operation, variations []wrong) (sent int) {
	t.Helper()
	open := len(o.about["security"].([]any)) == 0
	logout, removes := strings.HasSuffix(o.path, "/auth/logout"), o.method == "delete"
	share := []wrong{{what: "nothing wrong", body: m.valid(t, o, m.other)}}
	kinds := map[string]bool{}
	for _, w := range variations {
		if kind := w.place + w.name; w.place != "path" && !kinds[kind] && w.refused {
			kinds[kind] = true
			share = append(share, w)
		}
	}
	for caller, token := range map[string]string{"the other application": m.other.application, "the other portal": m.other.portal, "no token": ""} {
		if logout && token != "" {
			continue
		}
		for _, w := range share {
			reply := m.send(t, token, o, m.own, w)
			m.foreign(t, caller+", "+w.what, o, token, open, reply)
			sent++
		}
	}
	for caller, token := range map[string]string{"the application": m.own.application, "the portal": m.own.portal} {
		if logout || removes {
			continue
		}
		for _, w := range share[min(1, len(share)):] {
			m.judgeScoped(t, caller, o, w, m.send(t, token, o, m.own, w))
			sent++
		}
		sent += m.mixed(t, caller, token, o)
	}
	return sent
}

// judgeScoped checks the answer to a caller whose token may not reach the operation.
func (m *matrix) judgeScoped(t *testing.T, caller string, o operation, w wrong, reply harness.Reply) {
	t.Helper()
	if bytes.Contains(reply.Body, []byte(m.other.marker)) {
		t.Errorf("%s as %s shows the other tenant: %.500s", o, caller, reply.Body)
	}
	if reply.Status != http.StatusForbidden && reply.Status != http.StatusNotFound {
		m.judge(t, o, w, reply)
	}
}

// foreign checks the answer to a caller that may see nothing of the tenant in the path.
func (m *matrix) foreign(t *testing.T, caller string, o operation, token string, open bool, reply harness.Reply) {
	t.Helper()
	scoped := strings.Contains(o.path, "{app_id}") || strings.Contains(o.path, "{source_id}")
	switch {
	case bytes.Contains(reply.Body, []byte(m.own.marker)):
		t.Errorf("%s as %s shows the tenant: %.500s", o, caller, reply.Body)
	case token == "" && !open && reply.Status != http.StatusUnauthorized:
		t.Errorf("%s as %s answers %d, want 401", o, caller, reply.Status)
	case reply.Status >= http.StatusInternalServerError, scoped && reply.Status/100 == 2:
		t.Errorf("%s as %s answers %d: %.300s", o, caller, reply.Status, reply.Body)
	}
}

// mixed names an object of the other tenant for each placeholder of a path that is otherwise the caller's own.
func (m *matrix) mixed(t *testing.T, caller, token string, o operation) (sent int) {
	t.Helper()
	for name, foreign := range m.other.placeholders {
		if !strings.Contains(o.path, "{"+name+"}") || name == "event_type_name" {
			continue
		}
		reply := m.send(t, token, o, m.own, wrong{body: m.valid(t, o, m.own), path: map[string]string{name: foreign}})
		if reply.Status/100 != 4 || bytes.Contains(reply.Body, []byte(m.other.marker)) {
			t.Errorf("%s as %s with the %s of the other tenant answers %d: %.500s", o, caller, name, reply.Status, reply.Body)
		}
		sent++
	}
	return sent
}
