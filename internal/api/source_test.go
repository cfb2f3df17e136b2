package api_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

const sourcesAt = "/ingest/api/v1/source"

func TestSourceIsMadeWithAnApplicationOfItsOwnAndAnAddress(t *testing.T) {
	t.Parallel()
	s := newServer(t)

	made := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"GitHub","uid":"gh","type":"github","config":{"secret":"whsec_hidden"}}`)
	got := s.must(http.StatusOK, "GET", sourcesAt+"/gh", "")
	application := s.must(http.StatusOK, "GET", "/api/v1/app/"+fmt.Sprint(made.body["application"]), "")

	address := fmt.Sprint(made.body["ingestUrl"])
	if !strings.HasPrefix(address, "https://hooks.example.com/in/") || len(address) < 50 || got.text != made.text {
		t.Errorf("got %s and %s", made.text, got.text)
	}
	if made.body["provider"] != "github" || made.body["type"] != "github" || made.body["secretCount"] != 1.0 || application.body["uid"] != made.body["id"] {
		t.Errorf("got %s in %s", made.text, application.text)
	}
	if strings.Contains(made.text, "hidden") {
		t.Errorf("the secret is in %s", made.text)
	}
}

func TestDeletedSourceTakesItsOwnApplicationAlong(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", "/api/v1/app", `{"name":"Mine","uid":"mine"}`)
	own := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"b","uid":"b","provider":"none","application":"mine"}`)

	s.must(http.StatusNoContent, "DELETE", sourcesAt+"/a", "")
	s.must(http.StatusNoContent, "DELETE", sourcesAt+"/b", "")

	s.must(http.StatusNotFound, "GET", "/api/v1/app/"+fmt.Sprint(own.body["application"]), "")
	s.must(http.StatusOK, "GET", "/api/v1/app/mine", "")
	s.must(http.StatusNotFound, "GET", sourcesAt+"/a", "")
}

func TestSourceKeepsItsAddressAndSecretsWhenItIsReplaced(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	first := s.must(http.StatusCreated, "PUT", sourcesAt+"/gh", `{"name":"one","provider":"github","secrets":["s1"]}`)

	second := s.must(http.StatusOK, "PUT", sourcesAt+"/gh", `{"name":"two","provider":"github","forward":{"prefix":"github."},"answer":{"status":202}}`)
	third := s.must(http.StatusOK, "PATCH", sourcesAt+"/gh", `{"rateLimit":10,"metadata":{"a":"b"}}`)

	if first.body["uid"] != "gh" || second.body["ingestUrl"] != first.body["ingestUrl"] || second.body["secretCount"] != 1.0 {
		t.Errorf("got %s and %s", first.text, second.text)
	}
	if !strings.Contains(third.text, `"forward":{"prefix":"github."}`) || third.body["rateLimit"] != 10.0 || third.body["name"] != "two" {
		t.Errorf("got %s", third.text)
	}
}

func TestAddressCanBeReplacedThreeTimes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	made := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	var last answer
	for range 3 {
		last = s.must(http.StatusOK, "POST", sourcesAt+"/a/token/rotate", "")
	}

	s.must(http.StatusConflict, "POST", sourcesAt+"/a/token/rotate", "")
	got := s.must(http.StatusOK, "GET", sourcesAt+"/a", "")

	if got.body["ingestUrl"] != last.body["ingestUrl"] || got.body["ingestUrl"] == made.body["ingestUrl"] || got.body["formerUrls"] != 3.0 {
		t.Errorf("got %s after %s", got.text, last.text)
	}
}

func TestWrongSourcesAreRefusedWithTheField(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for body, want := range map[string]string{
		`{"name":"a"}`: `"provider"`,
		`{"name":"a","type":"unheard-of","config":{"secret":"s"}}`:                   "hubspot",
		`{"name":"a","type":"cron","config":{"schedule":"*"}}`:                       "scheduler",
		`{"name":"a","type":"vgs","config":{"secret":"s"}}`:                          "hmac",
		`{"name":"a","type":"github","config":{"key":"x"}}`:                          `"config","key"`,
		`{"name":"a","type":"github","provider":"github"}`:                           `"type"`,
		`{"name":"a","provider":"unknown"}`:                                          `"provider"`,
		`{"name":"a","provider":"none","application":"nobody"}`:                      `"application"`,
		`{"name":"a","provider":"hmac","options":{"hash":"md5"}}`:                    `"options","hash"`,
		`{"name":"a","provider":"github","secrets":[" "]}`:                           `"secrets"`,
		`{"name":"a","provider":"none","answer":{"contentType":"text/html"}}`:        `"answer","contentType"`,
		`{"name":"a","provider":"none","answer":{"status":500}}`:                     `"answer","status"`,
		`{"name":"a","provider":"none","dedupe":{"by":"luck"}}`:                      `"dedupe","by"`,
		`{"name":"a","provider":"none","methods":["TRACE"]}`:                         `"methods"`,
		`{"name":"a","provider":"none","forward":{"prefix":"a b"}}`:                  `"forward","prefix"`,
		`{"name":"a","provider":"none","maxBody":99999999999}`:                       `"maxBody"`,
		`{"name":"a","provider":"none","uid":"src_2yZwUhtgs5Ai8T9yRQJXAhhhhhh"}`:     `"uid"`,
		`{"name":"a","provider":"none","contentTypes":["application/json;q=1"]}`:     `"contentTypes"`,
		`{"name":"a","provider":"standard-webhooks","secrets":["whsec_not base64"]}`: `"secrets"`,
	} {
		got := s.must(http.StatusUnprocessableEntity, "POST", sourcesAt, body)
		if !strings.Contains(got.text, want) || strings.Contains(got.text, "not base64") {
			t.Errorf("%s got %s", body, got.text)
		}
	}
	if list := s.must(http.StatusOK, "GET", "/api/v1/app", ""); !strings.Contains(list.text, `"data":[]`) {
		t.Errorf("left behind: %s", list.text)
	}
}

func TestSourceEndpointsAreThoseOfItsApplication(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	made := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	at := sourcesAt + "/a/endpoint"

	s.must(http.StatusCreated, "POST", at, `{"url":"https://example.com/hook","uid":"one","headers":{"X-A":"b"}}`)
	s.must(http.StatusCreated, "PUT", at+"/two", `{"url":"https://example.com/two"}`)
	s.must(http.StatusOK, "GET", at+"/one", "")
	s.must(http.StatusNoContent, "POST", at+"/one/secret/rotate", `{}`)
	s.must(http.StatusNoContent, "PUT", at+"/one/headers", `{"headers":{"X-B":"c"}}`)
	key := s.must(http.StatusOK, "GET", at+"/one/secret", "")
	headers := s.must(http.StatusOK, "GET", at+"/one/headers", "")
	s.must(http.StatusNoContent, "DELETE", at+"/two", "")
	here := s.must(http.StatusOK, "GET", at, "")
	there := s.must(http.StatusOK, "GET", "/api/v1/app/"+fmt.Sprint(made.body["application"])+"/endpoint", "")

	if here.text != there.text || !strings.Contains(here.text, `"uid":"one"`) || strings.Contains(here.text, "two") {
		t.Errorf("got %s and %s", here.text, there.text)
	}
	if !strings.HasPrefix(fmt.Sprint(key.body["key"]), "whsec_") || !strings.Contains(headers.text, `"X-B":"c"`) {
		t.Errorf("got %s and %s", key.text, headers.text)
	}
}

// arrive stores a webhook at the source, as receiving it does.
func (s *server) arrive(source string, n int, body string) hook.Received {
	s.t.Helper()
	found, err := s.store.Source(s.t.Context(), 0, store.RefOf(id.Inbound, source))
	check(s.t, err)
	at := time.Date(2030, 1, 1, 0, 0, n, 0, time.UTC)
	same := sha256.Sum256(fmt.Append(nil, n))
	arrived, err := s.store.Receive(s.t.Context(), store.Arrival{Received: hook.Received{
		SourceKey: found.Key, ApplicationKey: found.ApplicationKey, ID: id.ID{1, 2, byte(n)}, Method: "POST", Body: []byte(body),
		Headers: map[string][]string{"X-A": {"b"}}, ContentType: "text/plain", ReceivedAt: at, DueAt: at, ChangedAt: at, EventType: "push",
	}, Same: [16]byte(same[:16]), SameUntil: at.Add(time.Hour), Taken: true})
	check(s.t, err)
	return arrived.Received
}

func TestReceivedWebhooksAreListedShownAndProcessedAgain(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	first, second := s.arrive("a", 1, "one"), s.arrive("a", 2, "\xff<script>")
	check(t, s.store.Conclude(t.Context(), store.Conclusion{Key: first.Key, Begun: first.ChangedAt, Status: hook.IntakeFailed, Reason: "it broke"}))
	at := sourcesAt + "/a/received/"

	failed := s.must(http.StatusOK, "GET", sourcesAt+"/a/received?status=failed", "")
	all := s.must(http.StatusOK, "GET", sourcesAt+"/a/received?limit=1", "")
	one := s.must(http.StatusOK, "GET", at+id.Received.Text(first.ID), "")
	raw := s.must(http.StatusOK, "GET", at+id.Received.Text(second.ID)+"/raw", "")
	s.must(http.StatusConflict, "POST", at+id.Received.Text(second.ID)+"/reprocess", "")
	s.must(http.StatusNoContent, "POST", at+id.Received.Text(first.ID)+"/reprocess", "")
	s.must(http.StatusNotFound, "GET", at+id.Received.Text(id.ID{9}), "")
	stats := s.must(http.StatusOK, "GET", sourcesAt+"/a/stats", "")

	if !strings.Contains(failed.text, `"reason":"it broke"`) || strings.Count(failed.text, `"id"`) != 1 || strings.Contains(failed.text, `"body":"one"`) {
		t.Errorf("got %s", failed.text)
	}
	if !strings.Contains(all.text, id.Received.Text(second.ID)) || all.body["done"] != false {
		t.Errorf("got %s", all.text)
	}
	if one.body["body"] != "one" || !strings.Contains(one.text, `"X-A":["b"]`) {
		t.Errorf("got %s", one.text)
	}
	if raw.text != "\xff<script>" || raw.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(raw.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("got %q %v", raw.text, raw.header)
	}
	if !strings.Contains(stats.text, `"new":1`) || !strings.Contains(stats.text, `"processing":1`) {
		t.Errorf("got %s", stats.text)
	}
}

func TestMessageLeadsBackToTheWebhookThatItWasMadeOf(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	made := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	received := s.arrive("a", 1, "one")
	at := "/api/v1/app/" + fmt.Sprint(made.body["application"]) + "/msg"
	published := s.must(http.StatusAccepted, "POST", at, `{"eventType":"push","payload":{}}`)
	text := fmt.Sprint(published.body["id"])
	message, err := id.Message.Parse(text)
	check(t, err)
	s.must(http.StatusNotFound, "GET", at+"/"+text+"/received", "")
	check(t, s.store.Conclude(t.Context(), store.Conclusion{Key: received.Key, Begun: received.ChangedAt, Status: hook.IntakeDone, Message: message}))

	got := s.must(http.StatusOK, "GET", at+"/"+text+"/received", "")

	if got.body["id"] != id.Received.Text(received.ID) || got.body["messageId"] != text {
		t.Errorf("got %s", got.text)
	}
}

func TestRefusalsAnswerWhyNothingArrives(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	found, err := s.store.Source(t.Context(), 0, store.Ref{UID: "a"})
	check(t, err)
	hour := time.Now().UTC().Truncate(time.Hour)
	var samples []hook.Refused
	for n := range 3 {
		samples = append(samples, hook.Refused{
			SourceKey: found.Key, ID: id.ID{byte(n + 1)}, At: hour, Cause: "no_match", Detail: "does not match", Method: "POST",
			Headers: map[string][]string{"X-A": {"b", "c"}}, Body: []byte("\xffx"),
		})
	}
	check(t, s.store.Refuse(t.Context(), found.Key, []store.RefusalCount{{Cause: "no_match", Hour: hour, Count: 700}}, samples))

	refused := s.must(http.StatusOK, "GET", sourcesAt+"/a/refused", "")
	log := s.must(http.StatusOK, "GET", sourcesAt+"/a/log?limit=2", "")
	rest := s.must(http.StatusOK, "GET", sourcesAt+"/a/log?limit=2&iterator="+fmt.Sprint(log.body["iterator"]), "")
	stats := s.must(http.StatusOK, "GET", sourcesAt+"/a/stats", "")

	if !strings.Contains(refused.text, `"count":700`) || strings.Count(refused.text, `"detail":"does not match"`) != 3 {
		t.Errorf("got %s", refused.text)
	}
	if strings.Count(log.text, `"status_code":401`) != 2 || log.body["done"] != false || strings.Count(rest.text, `"status_code":401`) != 1 || rest.body["done"] != true {
		t.Errorf("got %s and %s", log.text, rest.text)
	}
	if !strings.Contains(stats.text, `"refused":{"no_match":700}`) {
		t.Errorf("got %s", stats.text)
	}
}

// bodiless is a store whose bodies have expired.
type bodiless struct{ api.Inbox }

func (b bodiless) ReceivedOne(ctx context.Context, source hook.Key, received id.ID) (hook.Received, error) {
	r, err := b.Inbox.ReceivedOne(ctx, source, received)
	r.Body = nil
	return r, err
}

func TestBodyThatIsGoneIsSaidToBe(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	at := sourcesAt + "/a/received/" + id.Received.Text(s.arrive("a", 1, "").ID)
	empty := s.must(http.StatusOK, "GET", at+"/raw", "")
	c := s.api.Config
	c.Inbox = bodiless{c.Inbox}
	s.handler = api.New(c).Handler()

	raw := s.must(http.StatusNotFound, "GET", at+"/raw", "")
	one := s.must(http.StatusOK, "GET", at, "")

	if raw.str("code") != "body_gone" || raw.header.Get("Content-Disposition") != "" || empty.text != "" {
		t.Errorf("got %s %v, and %q where there was nothing to expire", raw.text, raw.header, empty.text)
	}
	if body, there := one.body["body"]; body != nil || !there || one.body["bodyBase64"] != nil {
		t.Errorf("got %s", one.text)
	}
}

func TestDurationsThatWouldWrapAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)

	for _, rules := range []string{
		`"keep":{"newHours":5124097}`, `"keep":{"doneHours":5124097}`, `"keep":{"failedHours":5124097}`, `"dedupe":{"windowSeconds":18446744075}`,
	} {
		made := s.call("POST", sourcesAt, `{"name":"b","provider":"none",`+rules+`}`)
		changed := s.call("PATCH", sourcesAt+"/a", `{`+rules+`}`)

		if made.status != http.StatusUnprocessableEntity || changed.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %s and %s", rules, made.text, changed.text)
		}
	}
	s.must(http.StatusOK, "PATCH", sourcesAt+"/a", `{"keep":{"doneHours":87600},"dedupe":{"windowSeconds":2592000}}`)
}

func TestLogHasTheStatusThatTheSenderGot(t *testing.T) {
	t.Parallel()
	for cause, want := range map[string]int{
		"no_match": 401, "missing": 401, "too_old": 401, "in_the_future": 401, "malformed": 401, "no_secret": 401, "expired": 401,
		"wrong_method": 405, "wrong_content_type": 415, "key_unavailable": 503, "disabled": 404, "too_large": 413, "content_encoding": 415,
		"malformed_compression": 400,
		"rate_limit":            429, "loop_detected": 508, "secret_unreadable": 503, "visit_failed": 503, "unavailable": 503, "internal": 503,
	} {
		s := newServer(t)
		s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
		found, err := s.store.Source(t.Context(), 0, store.Ref{UID: "a"})
		check(t, err)
		sample := hook.Refused{SourceKey: found.Key, ID: id.ID{1}, At: time.Now().UTC(), Cause: cause, Method: "POST"}
		check(t, s.store.Refuse(t.Context(), found.Key, nil, []hook.Refused{sample}))

		if log := s.must(http.StatusOK, "GET", sourcesAt+"/a/log", ""); !strings.Contains(log.text, fmt.Sprintf(`"status_code":%d`, want)) {
			t.Errorf("%s: got %s", cause, log.text)
		}
	}
}

func TestSecretThatTheProviderToldIsShownWhereOneSourceIsRead(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"notion"}`)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"b","uid":"b","provider":"notion","secrets":["secret_pasted"]}`)
	found, err := s.store.Source(t.Context(), 0, store.Ref{UID: "a"})
	check(t, err)
	check(t, s.api.Sources.Learn(t.Context(), found.Key, "secret_told"))

	read := s.must(http.StatusOK, "GET", sourcesAt+"/a", "")
	pasted := s.must(http.StatusOK, "GET", sourcesAt+"/b", "")
	others := s.must(http.StatusOK, "GET", sourcesAt, "").text + s.must(http.StatusOK, "PATCH", sourcesAt+"/a", `{"name":"c"}`).text

	if read.str("learnedSecret") != "secret_told" || strings.Contains(pasted.text+others, "secret_") {
		t.Errorf("got %s, %s and %s", read.text, pasted.text, others)
	}
}
