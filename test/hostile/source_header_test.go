package hostile_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// credentials is the middle of a head with everything that is not for the endpoint. Go's client would not send all of it.
const credentials = "Authorization: Bearer canary-1\r\nProxy-Authorization: Basic canary-2\r\nCookie: a=canary-3\r\nCookie2: b=canary-4\r\n" +
	"X-Api-Key: canary-5\r\nX-Gitlab-Token: canary-6\r\nX-Echo: it was " + senderSecret + "\r\nConnection: X-Hop, keep-alive\r\nX-Hop: canary-7\r\n" +
	"Keep-Alive: timeout=canary-8\r\nTE: canary-9\r\nProxy-Connection: canary-10\r\nX-Amz-Security-Token: canary-11\r\n" +
	"X-Plain: shown\r\nX-GitHub-Event: push\r\nReferer: https://example.com/form?card=canary-12\r\n"

// credentialsOfSendersGoNowhere asks for all headers, then for some by their names, of which X-Hop belongs to the connection and
// X-Echo has the source's secret in it this time, then for one, and for none.
func credentialsOfSendersGoNowhere(t *testing.T, s *harness.Server) {
	for what, listed := range map[string][]string{"all": {"*"}, "some": {"X-Hop", "X-Echo", "X-Plain"}, "one": {"x-github-event"}, "none": nil} {
		rules := object{"provider": "github", "secrets": []string{senderSecret}, "forward": object{"headers": listed}}
		in, receiver := newInlet(t, s, rules), harness.NewReceiver(t)
		newEndpoint(t, s, in.app, receiver.URL)

		wanted(t, what, exchange(t, s, in.head(s)+credentials+"\r\n"+event), http.StatusOK)
		got := receiver.Wait(t, 1, harness.Any)[0]

		harness.Equal(t, what+": X-Plain", got.Header.Get("X-Plain"), map[string]string{"all": "shown", "some": "shown"}[what])
		harness.Equal(t, what+": X-GitHub-Event", got.Header.Get("X-GitHub-Event"), map[string]string{"all": "push", "one": "push"}[what])
		nothingOf(t, what+": at the endpoint", fmt.Sprint(got.Header, string(got.Body)))
		in.keepsNoCredentials(t, s)
	}
	nothingOf(t, "in the log", s.Log())
}

// credentialsCannotBeListed tries to have them forwarded by name.
func credentialsCannotBeListed(t *testing.T, s *harness.Server) {
	in := newSource(t, s, "none")
	for _, name := range []string{
		"Authorization", "proxy-authorization", "COOKIE", "Set-Cookie", "X-Api-Key", "X-Gitlab-Token", "Connection", "Keep-Alive", "TE", "Transfer-Encoding", "Upgrade",
		"Host", "Content-Length", "Webhook-Signature", "Posthorn-Sent", "X-Forwarded-For", "X_Plain", "X-A\r\nX-B",
	} {
		forward := object{"headers": []string{"X-Plain", name}}
		refusal(t, name, s.Do(t, http.MethodPost, sourcesAt, object{"name": "n", "provider": "none", "forward": forward}), "forward")
		refusal(t, name, s.Do(t, http.MethodPatch, in.path, object{"forward": forward}), "forward")
	}
}

// head is the beginning of a request with a good signature, without the empty line that ends it. In the query are credentials too.
func (i inlet) head(s *harness.Server) string {
	return fmt.Sprintf("POST %s?a=1&token=canary-13&x=%s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\nX-Hub-Signature-256: %s\r\n",
		strings.TrimPrefix(i.address, s.URL), senderSecret, len(event), ofGitHub(senderSecret, event).header["X-Hub-Signature-256"])
}

// keepsNoCredentials looks at the webhook that was received: what opens something is masked or not there, and the rest is.
func (i inlet) keepsNoCredentials(t *testing.T, s *harness.Server) {
	t.Helper()
	nothingOf(t, "as it is shown", string(do(t, s, http.MethodGet, i.path+"/received?with_content=true", nil, http.StatusOK).Body))
	got := i.received(t, s)[0]
	for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "Cookie2", "Connection", "X-Hop", "Keep-Alive", "Te", "Proxy-Connection"} {
		if values, there := got.Headers[name]; there {
			t.Errorf("%s is kept: %v", name, values)
		}
	}
	for name, want := range map[string]string{
		"X-Api-Key": "[redacted]", "X-Gitlab-Token": "[redacted]", "X-Echo": "[redacted]", "X-Amz-Security-Token": "[redacted]", "X-Plain": "shown", "Referer": "https://example.com/form",
	} {
		harness.Equal(t, name, fmt.Sprint(got.Headers[name]), "["+want+"]")
	}
	harness.Equal(t, "query", got.Query, "a=1&token=[redacted]&x=[redacted]")
}

// nothingOf checks that a text has none of the credentials.
func nothingOf(t *testing.T, what, text string) {
	t.Helper()
	for _, word := range []string{"canary", senderSecret} {
		if at := strings.Index(text, word); at >= 0 {
			t.Errorf("%s: %.200s", what, text[max(0, at-60):])
		}
	}
}
