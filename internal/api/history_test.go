package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// attempted publishes a message to the endpoint and records an attempt with the outcome.
func (s *server) attempted(app, endpoint string, o hook.OutcomeKind, status int) (message, attempt string) {
	s.t.Helper()
	state := hook.Exhausted
	if o == hook.Succeeded {
		state = hook.Delivered
	}
	return s.settled(app, endpoint, state, o, status)
}

// settled is attempted with a delivery that ends in the state.
func (s *server) settled(app, endpoint string, state hook.State, o hook.OutcomeKind, status int) (message, attempt string) {
	s.t.Helper()
	made := s.must(202, "POST", "/api/v1/app/"+app+"/msg", `{"eventType":"x","payload":{"a":1}}`)
	ctx := s.t.Context()
	owner, err := s.store.Application(ctx, store.Ref{UID: app})
	check(s.t, err)
	e, err := s.store.Endpoint(ctx, owner.Key, store.Ref{UID: endpoint})
	check(s.t, err)
	m, err := s.store.Message(ctx, owner.Key, store.RefOf(id.Message, made.str("id")))
	check(s.t, err)
	tried := hook.Attempt{
		ID: id.Floor(m.CreatedAt.Add(time.Second)), ApplicationKey: owner.Key, MessageKey: m.Key, EndpointKey: e.Key, Outcome: o,
		Status: status, Number: 1, URL: e.URL, Duration: 12 * time.Millisecond, Response: []byte("<b>no</b>"),
		Headers: map[string]string{"Content-Type": "text/html"}, StartedAt: m.CreatedAt, Truncated: hook.BrokenOff,
	}
	d := hook.Delivery{ApplicationKey: owner.Key, MessageKey: m.Key, EndpointKey: e.Key, State: state, Attempts: 1}
	check(s.t, s.store.Settle(ctx, store.Settlement{Attempt: &tried, Delivery: d, Fresh: true, Fan: 1}))
	return made.str("id"), id.Attempt.Text(tried.ID)
}

func TestAttemptsAreListedAndShown(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	e := s.endpoint("a", "e")
	m, attempt := s.attempted("a", "e", hook.Failed, 500)

	one := s.must(200, "GET", "/api/v1/app/a/msg/"+m+"/attempt/"+attempt, "")
	byEndpoint := s.must(200, "GET", "/api/v1/app/a/attempt/endpoint/e?status=2&status_code_class=500", "").data()
	byMessage := s.must(200, "GET", "/api/v1/app/a/attempt/msg/"+m+"?endpoint_id=e&with_content=false", "").data()
	none := s.must(200, "GET", "/api/v1/app/a/attempt/endpoint/e?status=0", "").data()

	if one.str("outcome") != "failed" || one.body["status"] != 2.0 || one.str("statusText") != "fail" || one.str("response") != "<b>no</b>" || one.str("responseTruncated") != "broken_off" ||
		one.body["responseStatusCode"] != 500.0 || one.body["responseDurationMs"] != 12.0 || one.str("endpointId") != e || one.str("msgId") != m {
		t.Errorf("got %s", one.text)
	}
	if len(byEndpoint) != 1 || byEndpoint[0]["id"] != attempt || len(none) != 0 {
		t.Errorf("by endpoint %v, with another status %v", byEndpoint, none)
	}
	if len(byMessage) != 1 || byMessage[0]["response"] != "" {
		t.Errorf("by message %v", byMessage)
	}
}

func TestInterruptedAttemptIsAFailureToOldLibraries(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	m, attempt := s.attempted("a", "e", hook.Interrupted, 0)

	got := s.must(200, "GET", "/api/v1/app/a/msg/"+m+"/attempt/"+attempt, "")

	if got.body["status"] != 2.0 || got.body["responseStatusCode"] != 0.0 || got.str("outcome") != "interrupted" {
		t.Errorf("got %s", got.text)
	}
}

func TestDestinationsAndMessagesOfAnEndpointSayWhereTheyStand(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	e := s.endpoint("a", "e")
	m, _ := s.attempted("a", "e", hook.Succeeded, 200)

	destinations := s.must(200, "GET", "/api/v1/app/a/msg/"+m+"/endpoint", "").data()
	messages := s.must(200, "GET", "/api/v1/app/a/endpoint/e/msg", "").data()
	stats := s.must(200, "GET", "/api/v1/app/a/endpoint/e/stats", "")

	if len(destinations) != 1 || destinations[0]["id"] != e || destinations[0]["state"] != "delivered" || destinations[0]["status"] != 0.0 {
		t.Errorf("destinations %v", destinations)
	}
	if len(messages) != 1 || messages[0]["id"] != m || fmt.Sprint(messages[0]["payload"]) != "map[a:1]" || messages[0]["statusText"] != "success" {
		t.Errorf("messages %v", messages)
	}
	for _, field := range []string{"success", "pending", "sending", "fail", "canceled"} {
		if _, ok := stats.body[field].(float64); !ok {
			t.Errorf("stats %s", stats.text)
		}
	}
}

func TestDestinationsAreListedOldestEndpointFirst(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	want := []string{s.endpoint("a", "e"), s.endpoint("a", "f"), s.endpoint("a", "g")}
	path := "/api/v1/app/a/msg/" + s.must(202, "POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{}}`).str("id") + "/endpoint?limit=2"

	first := s.must(200, "GET", path, "")
	second := s.must(200, "GET", path+"&iterator="+first.str("iterator"), "")
	back := s.must(200, "GET", path+"&iterator="+second.str("prevIterator"), "")

	if got := slices.Concat(names(first), names(second)); !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	if got := names(back); !slices.Equal(got, want[:2]) {
		t.Errorf("the page before the second is %v, want %v", got, want[:2])
	}
}

func TestDeletedEndpointIsADestinationAndNamedByItsAttempts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	e, f := s.endpoint("a", "e"), s.endpoint("a", "f")
	m, attempt := s.attempted("a", "e", hook.Failed, 500)
	s.must(204, "DELETE", "/api/v1/app/a/endpoint/e", "")

	list := s.must(200, "GET", "/api/v1/app/a/msg/"+m+"/endpoint", "")
	old := s.must(200, "GET", "/api/v1/app/a/msg/"+m+"/endpoint", "", "User-Agent", "svix-libs/1.44.0/go")
	attempts := s.must(200, "GET", "/api/v1/app/a/attempt/msg/"+m, "").data()
	one := s.must(200, "GET", "/api/v1/app/a/msg/"+m+"/attempt/"+attempt, "")
	endpoints := s.must(200, "GET", "/api/v1/app/a/endpoint", "")
	s.must(404, "GET", "/api/v1/app/a/endpoint/"+e, "")
	s.must(404, "GET", "/api/v1/app/a/endpoint/e", "")
	again := s.endpoint("a", "e")

	if got := names(list); !slices.Equal(got, []string{e, f}) || !slices.Equal(names(old), got) {
		t.Fatalf("listed %v, and %v for an old library, want %v", got, names(old), []string{e, f})
	}
	if data := list.data(); data[0]["deleted"] != true || data[0]["uid"] != "e" || data[0]["statusText"] != "fail" || data[1]["deleted"] != false {
		t.Errorf("listed %s", list.text)
	}
	if _, there := old.data()[0]["deleted"]; there {
		t.Errorf("a library that refuses unknown fields gets %s", old.text)
	}
	if len(attempts) != 1 || attempts[0]["endpointId"] != e || one.str("endpointId") != e {
		t.Errorf("attempts %v and %s name another endpoint than %s", attempts, one.text, e)
	}
	if got := names(endpoints); !slices.Equal(got, []string{f}) || again == e {
		t.Errorf("endpoints %v, and %s after the deletion of %s", got, again, e)
	}
}

func TestCanceledShowsToThoseWhoAskForExpandedStatuses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	canceled, _ := s.settled("a", "e", hook.Canceled, hook.Failed, 500)
	failed, _ := s.attempted("a", "e", hook.Failed, 500)

	for query, want := range map[string][]string{
		"":                                {failed, canceled},
		"status=2":                        {failed, canceled},
		"status=4":                        {canceled},
		"status=2&expanded_statuses=true": {failed},
		"status=4&expanded_statuses=true": {canceled},
		"status=0&expanded_statuses=true": nil,
	} {
		got := s.must(200, "GET", "/api/v1/app/a/endpoint/e/msg?"+query, "")
		if ids := names(got); !slices.Equal(ids, want) {
			t.Errorf("%s: got %v, want %v", query, ids, want)
		}
	}
	for query, want := range map[string]string{"": "2 fail", "?expanded_statuses=false": "2 fail", "?expanded_statuses=true": "4 canceled"} {
		got := s.must(200, "GET", "/api/v1/app/a/msg/"+canceled+"/endpoint"+query, "").data()
		if len(got) != 1 || fmt.Sprint(got[0]["status"], " ", got[0]["statusText"]) != want {
			t.Errorf("%s: got %v, want %s", query, got, want)
		}
	}
}

func TestOpenDeliveriesAreCountedForATimeThatReachesUpToNow(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	s.settled("a", "e", hook.Waiting, hook.Failed, 500)

	now := s.must(200, "GET", "/api/v1/app/a/endpoint/e/stats", "")
	past := s.must(200, "GET", "/api/v1/app/a/endpoint/e/stats?until=2020-01-01T00:00:00Z", "")

	if now.body["pending"] != 1.0 || past.body["pending"] != 0.0 {
		t.Errorf("got %s and %s", now.text, past.text)
	}
}

func TestExpungedContentIsGone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	m, attempt := s.attempted("a", "e", hook.Failed, 500)

	s.must(204, "DELETE", "/api/v1/app/a/msg/"+m+"/attempt/"+attempt+"/content", "")
	tried := s.must(200, "GET", "/api/v1/app/a/msg/"+m+"/attempt/"+attempt, "")
	s.must(204, "DELETE", "/api/v1/app/a/msg/"+m+"/content", "")
	message := s.must(200, "GET", "/api/v1/app/a/msg/"+m, "")

	if tried.str("response") != "EXPUNGED" || !strings.Contains(message.text, `"payload":{"expired":true}`) {
		t.Errorf("got %s and %s", tried.text, message.text)
	}
}

func TestReplaysAnswerAsTheLibrariesExpect(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	m, _ := s.attempted("a", "e", hook.Failed, 500)

	resent := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/msg/"+m+"/endpoint/e/resend/", "")
	recovered := s.must(http.StatusAccepted, "POST", "/api/v1/app/a/endpoint/e/recover", `{"since":"2020-01-01T00:00:00Z"}`)
	example := s.must(http.StatusOK, "POST", "/api/v1/app/a/endpoint/e/send-example", `{"eventType":"x"}`)
	future := s.call("POST", "/api/v1/app/a/endpoint/e/recover", `{"since":"2999-01-01T00:00:00Z"}`)

	if strings.TrimSpace(resent.text) != "{}" || !strings.HasPrefix(recovered.str("id"), "qtask_") || recovered.str("status") != "running" {
		t.Errorf("got %s and %s", resent.text, recovered.text)
	}
	if example.str("eventType") != "x" || future.status != http.StatusUnprocessableEntity {
		t.Errorf("got %s and %d", example.text, future.status)
	}
}

// TestT1PlantedSecretsAreInNoLogAndNoStore plants a secret in every field that takes one.
func TestT1PlantedSecretsAreInNoLogAndNoStore(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	const key = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5" // canary-canary-canary-canary
	made := s.must(201, "POST", "/api/v1/app/a/endpoint",
		`{"url":"https://us:canary-url@example.com/","uid":"e","secret":"`+key+`","headers":{"X-Plain":"canary-header"}}`, "Idempotency-Key", "k")
	s.must(204, "POST", "/api/v1/app/a/endpoint/e/secret/rotate", `{"key":"`+key+`"}`, "Idempotency-Key", "k")
	s.must(204, "PUT", "/api/v1/app/a/endpoint/e/headers", `{"headers":{"X-Token":"canary-header"}}`)
	token := s.must(200, "POST", "/api/v1/auth/app-portal-access/a", `{}`, "Idempotency-Key", "k").str("token")
	refused := s.call("PUT", "/api/v1/app/a/endpoint/e/headers", `{"headers":{"X-Token":"canary-header\r\n"}}`)
	wrong := s.call("PATCH", "/api/v1/app/a/endpoint/e", `{"url":["https://us:canary-url@example.com/"]}`)

	all := made.text + refused.text + wrong.text + s.log.String() + s.file()
	for _, canary := range []string{"canary-url", "canary-header", key[6:], "canary-canary", token, adminToken} {
		if strings.Contains(all, canary) {
			t.Errorf("%s is in the clear", canary)
		}
	}
}

func TestTagsAreShownAndFilterEveryListOfMessagesAndAttempts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	s.attempted("a", "e", hook.Failed, 500)
	made := s.must(202, "POST", "/api/v1/app/a/msg", `{"eventType":"x","payload":{},"tags":["vip","eu\\1/#2"],"payloadRetentionHours":7}`)

	tagged := s.must(200, "GET", `/api/v1/app/a/msg?tag=eu%5C1/%232`, "").data()
	other := s.must(200, "GET", "/api/v1/app/a/msg?tag=eu", "").data()

	want := `[vip eu\1/#2]`
	if got := fmt.Sprint(made.body["tags"]); got != want {
		t.Errorf("publish answers with the tags %s, want %s", got, want)
	}
	if len(tagged) != 1 || fmt.Sprint(tagged[0]["tags"]) != want || len(other) != 0 {
		t.Errorf("listed %v with the tag and %v with another", tagged, other)
	}
	for _, list := range []string{"attempt/endpoint/e", "endpoint/e/msg", "attempt/msg/" + tagged[0]["id"].(string)} {
		if got := s.must(200, "GET", "/api/v1/app/a/"+list+"?tag=other", "").data(); len(got) != 0 {
			t.Errorf("%s: listed %v", list, got)
		}
	}
	s.must(422, "GET", "/api/v1/app/a/msg?tag=a%20b", "")
}

func TestAttemptsCarryTheirMessageWithoutItsPayloadIfAsked(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")
	m, _ := s.attempted("a", "e", hook.Failed, 500)

	with := s.must(200, "GET", "/api/v1/app/a/attempt/endpoint/e?with_msg=true", "").data()
	without := s.must(200, "GET", "/api/v1/app/a/attempt/endpoint/e", "").data()

	message, _ := with[0]["msg"].(map[string]any)
	if message["id"] != m || message["eventType"] != "x" || fmt.Sprint(message["payload"]) != "map[]" {
		t.Errorf("got the message %v", message)
	}
	if without[0]["msg"] != nil {
		t.Errorf("got the message %v without asking", without[0]["msg"])
	}
}

func TestUnknownQueryParametersAreRefusedAndNamed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")

	for _, call := range [][2]string{
		{"GET", "/api/v1/app?limt=1"}, {"GET", "/api/v1/app/a/msg?eventTypes=x"}, {"GET", "/api/v1/app/a/msg?limit=1&foo=1"},
		{"GET", "/api/v1/app/a?foo=1"}, {"DELETE", "/api/v1/app/a/endpoint/e?force=true"}, {"POST", "/api/v1/app/a/msg?with_contents=1"},
	} {
		got := s.call(call[0], call[1], `{"eventType":"x","payload":{}}`)
		name := call[1][strings.LastIndexAny(call[1], "?&")+1 : strings.LastIndex(call[1], "=")]
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, `"`+name+`"`) {
			t.Errorf("%s %s: got %d %s", call[0], call[1], got.status, got.text)
		}
	}
}

func TestQueriesThatCannotBeReadAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")

	for _, query := range []string{"limit=1;tag=x", "tag=%zz", "tag=%zz&event_types=x&event_types=y"} {
		if got := s.call("GET", "/api/v1/app/a/msg?"+query, ""); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d %s", query, got.status, got.text)
		}
	}
}

func TestEventTypesMayBeRepeatedJoinedOrWrittenWithBrackets(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	for _, name := range []string{"x", "y", "z"} {
		s.must(202, "POST", "/api/v1/app/a/msg", `{"eventType":"`+name+`","payload":{}}`)
	}

	for _, query := range []string{"event_types=x&event_types=z", "event_types=x,z", "event_types[]=x&event_types[]=z", "event_types%5B%5D=x&event_types=z"} {
		if got := s.must(200, "GET", "/api/v1/app/a/msg?"+query, "").data(); len(got) != 2 {
			t.Errorf("%s: listed %d messages, want 2", query, len(got))
		}
	}
}

func TestDefaultsOfListsAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	first, second := s.endpoint("a", "e"), s.endpoint("a", "f")
	m, _ := s.attempted("a", "e", hook.Failed, 500)
	made := s.must(200, "GET", "/api/v1/app/a/msg/"+m, "").str("timestamp")

	newest := s.must(200, "GET", "/api/v1/app/a/endpoint", "").data()
	oldest := s.must(200, "GET", "/api/v1/app/a/endpoint?order=ascending", "").data()
	inclusive := s.must(200, "GET", "/api/v1/app/a/msg?after="+made, "").data()
	before := s.must(200, "GET", "/api/v1/app/a/msg?before="+made, "").data()

	if newest[0]["id"] != second || oldest[0]["id"] != first {
		t.Errorf("endpoints begin with %v, and with %v in ascending order", newest[0]["id"], oldest[0]["id"])
	}
	if len(inclusive) != 1 || len(before) != 0 {
		t.Errorf("after gives %d messages and before %d at their own time, want 1 and 0", len(inclusive), len(before))
	}
	for _, list := range []string{"/api/v1/app", "/api/v1/app/a/endpoint", "/api/v1/app/a/msg", "/api/v1/app/a/attempt/endpoint/e", "/api/v1/event-type", "/ingest/api/v1/source"} {
		s.must(422, "GET", list+"?iterator=a%20b", "")
	}
}

func TestStatsAndRecoveryReachAsFarBackAsTheReferenceSays(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("a")
	s.endpoint("a", "e")

	s.must(422, "GET", "/api/v1/app/a/endpoint/e/stats?since=2026-01-01T00:00:00Z&until=2026-01-29T00:00:01Z", "")
	s.must(422, "GET", "/api/v1/app/a/endpoint/e/stats?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "")
	s.must(200, "GET", "/api/v1/app/a/endpoint/e/stats?since=2026-01-01T00:00:00Z&until=2026-01-29T00:00:00Z", "")
}
