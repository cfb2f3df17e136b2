package hostile_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// page is a text that runs where it is taken for HTML, and where it is taken for XML: browsers know elements by their namespace.
const page = `<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>`

// asking returns, by provider, a question with a challenge as the provider, or anybody, may ask it.
func asking(challenge string) map[string]webhook {
	quoted, _ := json.Marshal(challenge) // a string is always JSON
	zoom := fmt.Sprintf(`{"event":"endpoint.url_validation","payload":{"plainToken":%s}}`, quoted)
	stamp := stampIn(0)
	return map[string]webhook{
		"slack": ofSlack(senderSecret, stamp, fmt.Sprintf(`{"type":"url_verification","challenge":%s}`, quoted)),
		"zoom": {body: zoom, header: map[string]string{
			"Content-Type": "application/json", "X-Zm-Request-Timestamp": stamp, "X-Zm-Signature": "v0=" + hex256(senderSecret, "v0:"+stamp+":"+zoom),
		}},
		"okta": {method: http.MethodGet, header: map[string]string{"X-Okta-Verification-Challenge": challenge}},
		"meta": {method: http.MethodGet, query: url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {"word"}, "hub.challenge": {challenge}}.Encode()},
		"x":    {method: http.MethodGet, query: url.Values{"crc_token": {challenge}}.Encode()},
		// Options of the source declare these two; see declaredChallenges.
		"api-key": {method: http.MethodGet, query: url.Values{"challenge": {challenge}}.Encode()},
		"hmac": {body: fmt.Sprintf(`{"challenge":%s}`, quoted), header: map[string]string{
			"Content-Type": "application/json", "X-Signature": hex256(senderSecret, fmt.Sprintf(`{"challenge":%s}`, quoted)),
		}},
	}
}

// declaredChallenges returns, by provider, the options that its challenges need.
func declaredChallenges() map[string]object {
	return map[string]object{
		"meta":    {"verify_token": "word"},
		"api-key": {"challenge_method": "GET", "challenge_echo": "query:challenge", "challenge_from": "anyone"},
		"hmac":    {"challenge_echo": "json:challenge", "challenge_as": "json"},
	}
}

// newAsked makes a source that is asked by its provider.
func newAsked(t *testing.T, s *harness.Server, provider string) inlet {
	t.Helper()
	rules := object{"provider": provider, "secrets": []string{senderSecret}}
	if options, ok := declaredChallenges()[provider]; ok {
		rules["options"] = options
	}
	return newInlet(t, s, rules)
}

// longChallengesAreRefused tries a challenge as long as a body may be, or a head, and one that is only longer than a token.
func longChallengesAreRefused(t *testing.T, s *harness.Server) {
	for _, length := range []int{1_000_000, 5_000} {
		for provider, w := range asking(strings.Repeat("A", length)) {
			in, want := newAsked(t, s, provider), http.StatusUnauthorized
			if w.method == http.MethodGet && length == 1_000_000 {
				want = http.StatusRequestHeaderFieldsTooLarge
			}

			reply := wanted(t, provider, in.try(t, s, w), want)

			if len(reply.Body) > 1<<10 {
				t.Errorf("%s: a challenge of %d bytes is answered with %d", provider, length, len(reply.Body))
			}
			in.tookNothing(t, s)
		}
	}
}

// challengesAreText asks with a page. What is sealed with the secret must be a token, and so is refused.
func challengesAreText(t *testing.T, s *harness.Server) {
	for provider, w := range asking(page) {
		in := newAsked(t, s, provider)
		reply := in.try(t, s, w)
		kind, body := reply.Header.Get("Content-Type"), string(reply.Body)

		switch provider {
		case "slack", "meta", "api-key":
			harness.Equal(t, provider, fmt.Sprint(reply.Status, " ", kind, " ", body), "200 text/plain; charset=utf-8 "+page)
		case "okta", "hmac":
			harness.Equal(t, provider, fmt.Sprint(reply.Status, " ", kind, " ", strings.Contains(body, "<")), "200 application/json false")
		default:
			failure(t, provider, reply, http.StatusUnauthorized)
		}
		harness.Equal(t, provider+": nosniff", reply.Header.Get("X-Content-Type-Options"), "nosniff")
		in.tookNothing(t, s)
	}
	in := newAsked(t, s, "slack")
	in.turnsAway(t, s, "a challenge by a stranger", asking("c")["slack"].with("X-Slack-Signature", "v0="+strings.Repeat("0", 64)), http.StatusUnauthorized)
	in = newAsked(t, s, "hmac")
	in.turnsAway(t, s, "a declared challenge without its signature", asking("c")["hmac"].with("X-Signature", strings.Repeat("0", 64)), http.StatusUnauthorized)
}

// answersAreNoPages tries to have a page for an answer by every way in.
func answersAreNoPages(t *testing.T, s *harness.Server) {
	in := newSource(t, s, "none")
	for _, kind := range []string{
		"text/html", "text/html; charset=utf-8", "TEXT/HTML", "application/xhtml+xml", "image/svg+xml", "application/xml", "text/javascript", "text/plain, text/html", "text/plain\r\nX-A: b",
		"multipart/form-data", "*/*", "text",
	} {
		answer := object{"contentType": kind, "body": page}
		body := object{"name": "n", "provider": "none", "answer": answer}
		refusal(t, kind, s.Do(t, http.MethodPost, sourcesAt, body), "contentType")
		refusal(t, kind, s.Do(t, http.MethodPut, in.path, body), "contentType")
		refusal(t, kind, s.Do(t, http.MethodPatch, in.path, object{"answer": answer}), "contentType")
	}
	refusal(t, "a long one", s.Do(t, http.MethodPatch, in.path, object{"answer": object{"body": strings.Repeat("a", 5_000)}}), "body")
	refusal(t, "a redirect", s.Do(t, http.MethodPatch, in.path, object{"answer": object{"status": 302}}), "status")

	harness.Equal(t, "what it answers", string(wanted(t, "a webhook", in.try(t, s, webhook{body: event}), http.StatusOK).Body), "")
}

// answersRunNothing has a page for an answer under the types that there are. A form of anybody's can lead a browser to an answer,
// which is of the same origin as the portal, and nosniff leaves XML what it is; so that must forbid its scripts.
func answersRunNothing(t *testing.T, s *harness.Server) {
	for asked, kind := range map[string]string{
		"": "text/plain; charset=utf-8", "text/plain; charset=utf-8": "text/plain; charset=utf-8", "application/json": "application/json",
		"text/xml; charset=utf-8": "text/xml; charset=utf-8",
	} {
		in := newInlet(t, s, object{"answer": object{"contentType": asked, "body": page}})

		reply := wanted(t, asked, in.try(t, s, webhook{body: event}), http.StatusOK)

		harness.Equal(t, "body", string(reply.Body), page)
		harness.Equal(t, "type", reply.Header.Get("Content-Type"), kind)
		harness.Equal(t, "nosniff", reply.Header.Get("X-Content-Type-Options"), "nosniff")
		if policy := reply.Header.Get("Content-Security-Policy"); strings.Contains(kind, "xml") && !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: the policy for browsers is %q", kind, policy)
		}
	}
}
