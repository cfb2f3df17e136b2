package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestApplicationLivesThroughItsOperations(t *testing.T) {
	t.Parallel()
	s := newServer(t)

	made := s.must(201, "POST", "/api/v1/app/", `{"name":"One","uid":"u","throttleRate":7,"metadata":{"k":"v"}}`)
	same := s.must(200, "POST", "/api/v1/app?get_if_exists=true", `{"name":"Other","uid":"u"}`)
	taken := s.call("POST", "/api/v1/app", `{"name":"Other","uid":"u"}`)
	put := s.must(200, "PUT", "/api/v1/app/u", `{"name":"Two","uid":"u2"}`)
	fresh := s.must(201, "PUT", "/api/v1/app/new-one/", `{"name":"New"}`)
	again := s.must(200, "PUT", "/api/v1/app/new-one", `{"name":"Newer"}`)
	gone := s.must(204, "DELETE", "/api/v1/app/u2", "")

	if made.str("id") != same.str("id") || made.str("id") != put.str("id") || same.str("name") != "One" {
		t.Errorf("got %s, %s and %s", made.text, same.text, put.text)
	}
	if made.body["throttleRate"] != 7.0 || put.body["throttleRate"] != nil || put.str("uid") != "u2" {
		t.Errorf("got %s and %s", made.text, put.text)
	}
	if taken.status != http.StatusConflict || fresh.str("id") != again.str("id") || gone.text != "" {
		t.Errorf("got %d, %s, %s, %q", taken.status, fresh.text, again.text, gone.text)
	}
	if got := s.call("GET", "/api/v1/app/u2", ""); got.status != http.StatusNotFound || got.str("code") != "not_found" {
		t.Errorf("after the end: got %d %s", got.status, got.text)
	}
}

func TestPatchTellsNullFromAbsent(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(201, "POST", "/api/v1/app", `{"name":"One","uid":"u","throttleRate":7,"metadata":{"k":"v"}}`)
	s.must(201, "POST", "/api/v1/app/u/endpoint",
		`{"url":"https://example.com/","uid":"e","channels":["c"],"eventTypes":["x"],"description":"d"}`)

	absent := s.must(200, "PATCH", "/api/v1/app/u", `{"name":"Two"}`)
	null := s.must(200, "PATCH", "/api/v1/app/u", `{"throttleRate":null}`)
	refused := s.call("PATCH", "/api/v1/app/u", `{"name":null}`)
	endpoint := s.must(200, "PATCH", "/api/v1/app/u/endpoint/e", `{"channels":null,"disabled":true}`)

	if absent.body["throttleRate"] != 7.0 || absent.str("uid") != "u" || absent.str("name") != "Two" {
		t.Errorf("absent: got %s", absent.text)
	}
	if null.body["throttleRate"] != nil || null.str("name") != "Two" {
		t.Errorf("null: got %s", null.text)
	}
	if refused.status != http.StatusUnprocessableEntity || !strings.Contains(refused.text, `["body","name"]`) {
		t.Errorf("null for a name: got %d %s", refused.status, refused.text)
	}
	if endpoint.body["channels"] != nil || endpoint.body["disabled"] != true || fmt.Sprint(endpoint.body["eventTypes"]) != "[x]" {
		t.Errorf("got %s", endpoint.text)
	}
}

func TestUIDThatLooksLikeAnIDIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	app := s.application("a")

	got := s.call("POST", "/api/v1/app", `{"name":"n","uid":"`+app+`"}`)
	put := s.call("PUT", "/api/v1/app/app_000000000000000000000000001", `{"name":"n"}`)

	if got.status != http.StatusUnprocessableEntity || put.status != http.StatusNotFound {
		t.Errorf("got %d %s and %d %s", got.status, got.text, put.status, put.text)
	}
}

func TestListsAreWalkedBothWays(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var ids []string
	for i := range 5 {
		ids = append(ids, s.application(fmt.Sprint("a", i)))
	}

	first := s.must(200, "GET", "/api/v1/app?limit=2", "")
	second := s.must(200, "GET", "/api/v1/app?limit=2&iterator="+first.str("iterator"), "")
	third := s.must(200, "GET", "/api/v1/app?limit=2&iterator="+second.str("iterator"), "")
	back := s.must(200, "GET", "/api/v1/app?limit=2&iterator="+third.str("prevIterator"), "")
	falling := s.must(200, "GET", "/api/v1/app?order=descending&limit=1", "")

	if got := slices.Concat(names(first), names(second), names(third)); !slices.Equal(got, ids) {
		t.Errorf("got %v, want %v", got, ids)
	}
	if !slices.Equal(names(back), ids[2:4]) || !slices.Equal(names(falling), ids[4:]) {
		t.Errorf("backwards %v, falling %v of %v", names(back), names(falling), ids)
	}
	if first.body["done"] != false || third.body["done"] != true {
		t.Errorf("done: %v and %v", first.body["done"], third.body["done"])
	}
}

func TestEmptyListHasNullIterators(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	for _, path := range []string{"/api/v1/event-type/", "/api/v1/app/a/endpoint/", "/api/v1/app/a/msg/"} {
		got := s.must(200, "GET", path, "")

		for _, part := range []string{`"data":[]`, `"iterator":null`, `"prevIterator":null`, `"done":true`} {
			if !strings.Contains(got.text, part) {
				t.Errorf("%s: got %s", path, got.text)
			}
		}
	}
}

func TestForeignIteratorIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)

	got := s.call("GET", "/api/v1/app?iterator=msg_x", "")

	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `["query","iterator"]`) {
		t.Errorf("got %d %s", got.status, got.text)
	}
}

func TestFiltersAreJoinedOrRepeated(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for _, name := range []string{"x", "y", "z"} {
		s.must(202, "POST", "/api/v1/app/a/msg", `{"eventType":"`+name+`","payload":{}}`)
	}

	for query, want := range map[string]int{
		"": 3, "event_types=x": 1, "event_types=x,y": 2, "event_types=x%2Cy": 2, "event_types=x&event_types=y": 2,
		"event_types=x&limit=9&event_types=y,z": 3, "before=2001-01-01T00:00:00Z": 0, "after=2001-01-01T00:00:00.123%2B02:00": 3,
	} {
		if got := s.must(200, "GET", "/api/v1/app/a/msg?"+query, "").data(); len(got) != want {
			t.Errorf("%s: got %d, want %d", query, len(got), want)
		}
	}
}

func TestEndpointLivesThroughItsOperations(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	const path = "/api/v1/app/a/endpoint"

	made := s.must(201, "POST", path, `{"url":"https://example.com/in","version":1,"filterTypes":["b","a"],"rateLimit":3}`)
	put := s.must(200, "PUT", path+"/"+made.str("id"), `{"url":"https://example.org/in","uid":"e"}`)
	fresh := s.must(201, "PUT", path+"/f", `{"url":"https://example.org/in"}`)
	s.must(204, "DELETE", path+"/e", "")

	if fmt.Sprint(made.body["eventTypes"], made.body["filterTypes"], made.body["throttleRate"], made.body["version"]) != "[a b] [a b] 3 1" {
		t.Errorf("got %s", made.text)
	}
	if put.body["eventTypes"] != nil || put.str("uid") != "e" || fresh.str("uid") != "f" {
		t.Errorf("got %s and %s", put.text, fresh.text)
	}
	if got := s.must(200, "GET", path, "").data(); len(got) != 1 || got[0]["uid"] != "f" {
		t.Errorf("listed %v", got)
	}
}

func TestEndpointURLsThatLeadInsideAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for _, url := range []string{"http://169.254.169.254/", "https://10.0.0.1/", "ftp://example.com/", "", "https://user:pass@10.0.0.1/"} {
		got := s.call("POST", "/api/v1/app/a/endpoint", `{"url":"`+url+`"}`)

		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `["body","url"]`) || strings.Contains(got.text, "pass") {
			t.Errorf("%s: got %d %s", url, got.status, got.text)
		}
	}
}

func TestSecretIsShownRotatedAndNeverListed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	const path, key = "/api/v1/app/a/endpoint/e", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	made := s.must(201, "POST", "/api/v1/app/a/endpoint", `{"url":"https://example.com/","uid":"e","secret":"`+key+`"}`)

	first := s.must(200, "GET", path+"/secret", "").str("key")
	s.must(204, "POST", path+"/secret/rotate", `{}`)
	second := s.must(200, "GET", path+"/secret", "").str("key")
	s.must(204, "POST", path+"/secret/rotate", `{"key":"`+key+`","gracePeriodSeconds":0}`)
	third := s.must(200, "GET", path+"/secret", "").str("key")
	bad := s.call("POST", path+"/secret/rotate", `{"key":"hunter2hunter2"}`)

	if first != key || second == key || !strings.HasPrefix(second, "whsec_") || third != key {
		t.Errorf("got %q, %q, %q", first, second, third)
	}
	if bad.status != http.StatusUnprocessableEntity || strings.Contains(bad.text, "hunter2") {
		t.Errorf("a bad key: got %d %s", bad.status, bad.text)
	}
	if strings.Contains(made.text+s.must(200, "GET", path, "").text, "MfKQ9r8") {
		t.Error("the secret is shown with the endpoint")
	}
}

func TestGraceOutOfRangeIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	for _, grace := range []string{"-1", "604801", `"x"`} {
		got := s.call("POST", "/api/v1/app/a/endpoint/e/secret/rotate", `{"gracePeriodSeconds":`+grace+`}`)

		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `["body","gracePeriodSeconds"]`) {
			t.Errorf("%s: got %d %s", grace, got.status, got.text)
		}
	}
}

func TestHeadersAreKeptAndSecretOnesHidden(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	const path = "/api/v1/app/a/endpoint/e/headers"

	s.must(204, "PUT", path, `{"headers":{"X-Plain":"1","X-Api-Key":"canary-1","x-old":"2"}}`)
	s.must(204, "PATCH", path, `{"headers":{"x-plain":"3","X-Other":"4","x-old":null}}`)
	got := s.must(200, "GET", path, "")

	if fmt.Sprint(got.body["headers"]) != "map[X-Other:4 x-plain:3]" || fmt.Sprint(got.body["sensitive"]) != "[X-Api-Key]" {
		t.Errorf("got %s", got.text)
	}
	for _, bad := range []string{`{"Host":"a"}`, `{"webhook-id":"a"}`, `{"a b":"c"}`, `{"a":"b\r\nc"}`, `{"a":"1","A":"2"}`} {
		if refused := s.call("PUT", path, `{"headers":`+bad+`}`); refused.status != 422 || !strings.Contains(refused.text, `"headers"`) {
			t.Errorf("%s: got %d %s", bad, refused.status, refused.text)
		}
	}
}

func TestCredentialsInURLsAreKeptApart(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	got := s.must(201, "POST", "/api/v1/app/a/endpoint", `{"url":"https://us:canary-2@example.com/in","uid":"e"}`)

	if strings.Contains(got.text, "canary") || !strings.Contains(got.str("url"), "example.com") {
		t.Errorf("got %s", got.text)
	}
}

func TestEventTypeLivesThroughItsOperations(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const path = "/api/v1/event-type"
	const schemas = `{"1":{"type":"object"},"2":{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}}`

	made := s.must(201, "POST", path, `{"name":"x","description":"d","schemas":`+schemas+`,"enforceSchema":true}`)
	taken := s.call("POST", path, `{"name":"x","description":"d"}`)
	s.application("a")
	good := s.call("POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{"a":"b"}}`)
	bad := s.call("POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{"a":4711}}`)
	s.must(204, "DELETE", path+"/x", "")
	archived := s.must(200, "GET", path+"/x", "")
	hidden := s.must(200, "GET", path, "").data()
	all := s.must(200, "GET", path+"?include_archived=true&with_content=true", "").data()
	back := s.must(201, "POST", path, `{"name":"x","description":"again"}`)
	upserted := s.must(201, "PUT", path+"/y", `{"description":"d"}`)
	patched := s.must(200, "PATCH", path+"/y", `{"featureFlag":"f","deprecated":true}`)
	s.must(204, "DELETE", path+"/y?expunge=true", "")

	if made.body["enforceSchema"] != true || taken.status != 409 || good.status != 202 {
		t.Errorf("got %s, %d, %d %s", made.text, taken.status, good.status, good.text)
	}
	if bad.status != 422 || !strings.Contains(bad.text, `["body","payload","a"]`) || strings.Contains(bad.text, "4711") {
		t.Errorf("a wrong payload: got %d %s", bad.status, bad.text)
	}
	if archived.body["archived"] != true || len(hidden) != 0 || len(all) != 1 || all[0]["schemas"] == nil {
		t.Errorf("got %s, %v, %v", archived.text, hidden, all)
	}
	if back.body["archived"] != false || back.body["schemas"] != nil || upserted.str("name") != "y" || patched.str("featureFlag") != "f" {
		t.Errorf("got %s, %s, %s", back.text, upserted.text, patched.text)
	}
	if got := s.call("GET", path+"/y", ""); got.status != 404 {
		t.Errorf("expunged: got %d", got.status)
	}
}

func TestSchemasThatReachOutsideAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	deep := strings.Repeat(`{"not":`, 100) + `{}` + strings.Repeat(`}`, 100)
	for _, schema := range []string{
		`{"$ref":"http://127.0.0.1:1/x"}`, `{"$ref":"file:///etc/passwd"}`, `{"$ref":"other.json"}`, `{"type":"nonsense"}`,
		`{"$schema":"http://example.com/meta"}`, `{"pattern":"("}`, deep,
	} {
		got := s.call("POST", "/api/v1/event-type", `{"name":"x","description":"d","schemas":{"1":`+schema+`}}`)

		if got.status != 422 || !strings.Contains(got.text, `["body","schemas","1"]`) {
			t.Errorf("%.60s: got %d %s", schema, got.status, got.text)
		}
	}
}

func TestFlaggedEventTypesAreHiddenFromPortals(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(201, "POST", "/api/v1/event-type", `{"name":"plain","description":"d"}`)
	s.must(201, "POST", "/api/v1/event-type", `{"name":"flagged","description":"d","featureFlag":"f"}`)
	token := s.token("portal", s.application("a"))

	list := s.callAs(token, "GET", "/api/v1/event-type", "").data()
	one := s.callAs(token, "GET", "/api/v1/event-type/flagged", "")

	if len(list) != 1 || list[0]["name"] != "plain" || one.status != 404 {
		t.Errorf("got %v and %d", list, one.status)
	}
}

func names(a answer) (ids []string) {
	for _, item := range a.data() {
		text, _ := item["id"].(string)
		ids = append(ids, text)
	}
	return ids
}

// TestAnAnswerListsTheHeadersThatAChangeOfTheURLDropped changes the URL as a portal may.
func TestAnAnswerListsTheHeadersThatAChangeOfTheURLDropped(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	const one = "/api/v1/app/a/endpoint/e"
	s.must(201, "POST", "/api/v1/app/a/endpoint", `{"url":"https://example.com/","uid":"e","headers":{"Authorization":"Bearer abc","X-Plain":"1"}}`)

	same := s.must(200, "PATCH", one, `{"url":"https://example.com:443/other"}`)
	moved := s.must(200, "PATCH", one, `{"url":"https://example.org/"}`)
	headers := s.must(200, "GET", one+"/headers", "")
	s.must(204, "PATCH", one+"/headers", `{"headers":{"X-Api-Key":"abc"}}`)
	put := s.must(200, "PUT", one, `{"url":"https://example.net/","uid":"e"}`)

	if _, listed := same.body["droppedHeaders"]; listed || fmt.Sprint(moved.body["droppedHeaders"]) != "[Authorization]" || fmt.Sprint(put.body["droppedHeaders"]) != "[X-Api-Key]" {
		t.Errorf("got %s, %s, %s", same.text, moved.text, put.text)
	}
	if fmt.Sprint(headers.body["headers"]) != "map[X-Plain:1]" || fmt.Sprint(headers.body["sensitive"]) != "[]" {
		t.Errorf("left are %s", headers.text)
	}
}
