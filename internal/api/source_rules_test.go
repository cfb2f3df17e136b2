package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
)

func TestRuleThatIsNullIsAsIfItHadNeverBeenGiven(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	rules := map[string]string{
		"methods": `["PUT"]`, "contentTypes": `["text/xml"]`, "maxBody": `100`, "rateLimit": `3`, "answer": `{"status":202}`,
		"dedupe": `{"by":"body"}`, "forward": `{"off":true}`, "keep": `{"newHours":5}`, "uid": `"a"`,
	}
	for name, rule := range rules {
		made := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","provider":"none","`+name+`":`+rule+`}`)
		if !strings.Contains(made.text, `"`+name+`":`+rule) {
			t.Errorf("made %s", made.text)
		}

		changed := s.must(http.StatusOK, "PATCH", sourcesAt+"/"+made.str("id"), `{"`+name+`":null}`)

		if changed.body[name] != nil {
			t.Errorf("%s is still there: %s", name, changed.text)
		}
	}
}

func TestChangesThatPATCHDoesNotMakeAreRefusedWithWhatDoes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	for body, want := range map[string]string{
		`{"application":"b"}`:           `"loc":["body","application"],"msg":"The application of a source cannot be changed: make a new source."`,
		`{"provider":"github"}`:         `"loc":["body","provider"],"msg":"PATCH cannot change the provider: replace the source with PUT, or make a new one."`,
		`{"type":null}`:                 `"loc":["body","type"],"msg":"PATCH cannot change the type`,
		`{"config":{"secret":"topst"}}`: `"loc":["body","config"],"msg":"PATCH takes no config: use secrets`,
		`{"forwards":null}`:             `"loc":["body","forwards"],"msg":"Leave this field out`,
		`{"forward":{"of":true}}`:       `"loc":["body","forward","of"]`,
		`{"secrets":null}`:              `"loc":["body","secrets"],"msg":"Leave the field out, or give a value that is not null."`,
		`{"name":null,"disabled":null}`: `"loc":["body","disabled"]`,
	} {
		got := s.must(http.StatusUnprocessableEntity, "PATCH", sourcesAt+"/a", body)

		if !strings.Contains(got.text, want) || strings.Contains(got.text, "topst") {
			t.Errorf("%s got %s", body, got.text)
		}
	}
}

func TestSourceThatIsReplacedStaysWithItsApplication(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.application("own")
	s.application("other")
	made := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none","application":"own"}`)

	s.must(http.StatusOK, "PUT", sourcesAt+"/a", `{"name":"b","provider":"none","application":"own"}`)
	for _, application := range []string{"other", "nobody"} {
		got := s.must(http.StatusUnprocessableEntity, "PUT", sourcesAt+"/"+made.str("id"), `{"name":"c","provider":"none","application":"`+application+`"}`)

		if !strings.Contains(got.text, `"loc":["body","application"],"msg":"The application of a source cannot be changed`) {
			t.Errorf("%s: got %s", application, got.text)
		}
	}
}

func TestRulesThatCanNeverWorkAreRefusedWithWhatToWrite(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for rule, want := range map[string]string{
		`"dedupe":{"by":"json:"}`:                                 `"dedupe","by"],"msg":"Write a path, such as order.id.`,
		`"dedupe":{"by":"json:a..b"}`:                             `"dedupe","by"],"msg":"Put one full stop between two names`,
		`"dedupe":{"by":"json:a.b."}`:                             `"dedupe","by"],"msg":"Put one full stop`,
		`"dedupe":{"by":"json: a.b"}`:                             `"dedupe","by"],"msg":"Leave out the space`,
		`"dedupe":{"by":"json:$.order.id"}`:                       `"dedupe","by"],"msg":"Begin the path with a name`,
		`"dedupe":{"by":"json:items[0].id"}`:                      `"dedupe","by"],"msg":"Write the number of an item between full stops`,
		`"dedupe":{"by":"json:[@this,@this]|[@this]"}`:            `"dedupe","by"],"msg":"A path has names, numbers of items and at most one #`,
		`"dedupe":{"by":"json:#.a.#"}`:                            `"dedupe","by"],"msg":"Use # at most once in a path.`,
		`"options":{"id_path":"@this"}`:                           `"options","id_path"],"msg":"A path has names`,
		`"dedupe":{"by":"form:"}`:                                 `"dedupe","by"],"msg":"Write a name of 1 to 256 bytes behind form:, such as form:order_id.`,
		`"dedupe":{"by":"form:payload:json:a|b"}`:                 `"dedupe","by"],"msg":"A path has names`,
		`"dedupe":{"by":"header:"}`:                               `"dedupe","by"],"msg":"Name the header as it stands in a request`,
		`"dedupe":{"by":"header:a b"}`:                            `"dedupe","by"],"msg":"Name the header as it stands in a request`,
		`"options":{"type_path":"a..b"}`:                          `"options","type_path"],"msg":"Put one full stop`,
		`"options":{"id_header":"X-Id:"}`:                         `"options","id_header"],"msg":"Name the header`,
		`"forward":{"headers":["X Id"]}`:                          `"forward","headers"],"msg":"Name headers as they stand`,
		`"forward":{"headers":["X-A","authorization"]}`:           `"forward","headers"],"msg":"Leave authorization out, it never goes along.`,
		`"forward":{"headers":["Cookie"]}`:                        `"forward","headers"],"msg":"Leave Cookie out`,
		`"forward":{"headers":["connection"]}`:                    `"forward","headers"],"msg":"Leave connection out`,
		`"forward":{"headers":["Webhook-Id"]}`:                    `"forward","headers"],"msg":"Leave Webhook-Id out`,
		`"forward":{"headers":["X-Gitlab-Token"]}`:                `"forward","headers"],"msg":"Leave X-Gitlab-Token out`,
		`"forward":{"headers":["X_Name"]}`:                        `"forward","headers"],"msg":"Leave X_Name out`,
		`"answer":{"status":204,"body":"ok"}`:                     `"answer","body"],"msg":"Leave the body out, or use the status 200: an answer with 204 has none.`,
		`"answer":{"status":205,"body":"ok"}`:                     `"answer","body"],"msg":"Leave the body out`,
		`"secrets":["x"]`:                                         `"secrets"],"msg":"The provider none checks nothing and therefore takes no secret`,
		`"secrets":["1","2","3","4","5","6","7","8","9","0","a"]`: `"secrets"],"msg":"Put at most 10 into the list.`,
	} {
		got := s.must(http.StatusUnprocessableEntity, "POST", sourcesAt, `{"name":"a","provider":"none",`+rule+`}`)

		if !strings.Contains(got.text, `"loc":["body",`+want) {
			t.Errorf("%s got %s", rule, got.text)
		}
	}
}

func TestRulesThatCanWorkAreTaken(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, rule := range []string{
		`"dedupe":{"by":"json:order.id"}`, `"dedupe":{"by":"json:items.0.id"}`, `"dedupe":{"by":"json:items.#(type==\"a..b\").id"}`,
		`"dedupe":{"by":"json:a\\.\\.b"}`, `"dedupe":{"by":"json:$type"}`, `"dedupe":{"by":"header:X-Request-Id"}`, `"dedupe":{"by":"form:order id"}`,
		`"dedupe":{"by":"form:payload:json:event.id"}`, `"dedupe":{"by":"query:id"}`, `"options":{"type_field":"payload","type_path":"event.type","id_field":"id"}`,
		`"dedupe":{"by":"header:Authorization"}`, `"forward":{"headers":["*"]}`, `"forward":{"headers":["x-github-event","X-Event-Key"]}`,
		`"answer":{"status":204}`, `"answer":{"status":202,"body":"ok"}`, `"secrets":[]`, `"options":{"type_path":"event.type"}`,
	} {
		s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","provider":"none",`+rule+`}`)
	}
}

func TestSourceSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for body, want := range map[string]string{
		`"provider":"github"`:                 "The source needs a secret, and nothing is taken until it has one: PATCH it with secrets, a list with the Secret of GitHub",
		`"provider":"telnyx"`:                 "a list with the Public key of Telnyx",
		`"provider":"asana"`:                  "create the webhook at Asana",
		`"provider":"github","secrets":["s"]`: "",
		`"provider":"none"`:                   "",
		`"provider":"jwt"`:                    "needs a secret",
		`"provider":"jwt","options":{"algorithm":"RS256","jwks_url":"https://example.com/keys"}`: "",
	} {
		made := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a",`+body+`}`)
		read := s.must(http.StatusOK, "GET", sourcesAt+"/"+made.str("id"), "")
		listed := s.must(http.StatusOK, "GET", sourcesAt+"?limit=1&order=descending", "")
		s.must(http.StatusNoContent, "DELETE", sourcesAt+"/"+made.str("id"), "")

		if problem, there := made.body["problem"]; there != (want != "") || there && !strings.Contains(made.str("problem"), want) {
			t.Errorf("%s: got %v", body, problem)
		}
		if read.body["problem"] != made.body["problem"] || strings.Contains(listed.text, `"problem"`) != (want != "") {
			t.Errorf("%s: got %s and %s", body, read.text, listed.text)
		}
	}
}

func TestSecretTakesTheProblemAway(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"github"}`)

	changed := s.must(http.StatusOK, "PATCH", sourcesAt+"/a", `{"secrets":["topsecret"]}`)
	emptied := s.must(http.StatusOK, "PATCH", sourcesAt+"/a", `{"secrets":[]}`)

	if changed.body["problem"] != nil || emptied.body["problem"] == nil {
		t.Errorf("got %s and then %s", changed.text, emptied.text)
	}
}

func TestErrorsNameTheFieldAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"standard-webhooks"}`)
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", "", `{"name":"a","type":"clerk","config":{"secret":"not base64"}}`, `"config","secret"]`},
		{"PUT", "/b", `{"name":"a","type":"telnyx","config":{"publicKey":"not base64"}}`, `"config","publicKey"]`},
		{"POST", "", `{"name":"a","type":"meta","config":{"secret":"x"}}`, `"config","verifyToken"]`},
		{"POST", "", `{"name":"a","type":"clerk","secrets":["not base64"]}`, `"secrets"]`},
		{"POST", "/a/secret/rotate", `{"secret":"not base64"}`, `"secret"]`},
		{"POST", "", `{"name":"a","provider":"none","keep":{"newHours":87601}}`, `"keep","newHours"]`},
	} {
		got := s.must(http.StatusUnprocessableEntity, c.method, sourcesAt+c.path, c.body)

		if !strings.Contains(got.text, `"loc":["body",`+c.want) || strings.Contains(got.text, "not base64") {
			t.Errorf("%s got %s", c.body, got.text)
		}
	}
}

func TestAnotherApplicationIsMissingForATokenThatNamesItInAField(t *testing.T) {
	t.Parallel()
	n := newTenants(t)

	made := n.as(n.own, http.StatusNotFound, "POST", sourcesAt, `{"name":"a","provider":"none","application":"other"}`)
	listed := n.as(n.own, http.StatusNotFound, "GET", sourcesAt+"?application=other", "")

	for _, got := range []answer{made, listed} {
		if !strings.Contains(got.text, "No application has this id or uid.") {
			t.Errorf("got %s", got.text)
		}
	}
}

func TestReceivedWebhookOfNoIdIsNotThere(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	for _, path := range []string{"/received/rcv_x", "/received/rcv_x/raw", "/received/" + strings.Repeat("r", 31)} {
		got := n.as(n.own, http.StatusNotFound, "GET", sourcesAt+"/own-source"+path, "")

		if got.str("code") != "not_found" {
			t.Errorf("%s: got %s", path, got.text)
		}
	}
	n.as(n.token(hook.ScopeApplication, n.app), http.StatusNotFound, "POST", sourcesAt+"/own-source/received/msg_x/reprocess", "")
}
