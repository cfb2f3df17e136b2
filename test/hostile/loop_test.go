package hostile_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/signature"
	"github.com/posthorn/posthorn/test/harness"
)

// sourcesAt is where the API has sources.
const sourcesAt = "/ingest/api/v1/source"

// inlet is a source with the application whose endpoints get what it receives.
type inlet struct {
	path, address, app string
	shown              string // the address as it is entered at a provider
}

func newInlet(t *testing.T, s *harness.Server, rules object) inlet {
	t.Helper()
	body := object{"name": t.Name(), "provider": "none"}
	for name, rule := range rules {
		body[name] = rule
	}
	var made struct{ ID, IngestURL, Application string }
	do(t, s, http.MethodPost, sourcesAt, body, http.StatusCreated).JSON(t, &made)
	_, key, _ := strings.Cut(made.IngestURL, "/in/")
	return inlet{sourcesAt + "/" + made.ID, s.URL + "/in/" + key, "/api/v1/app/" + made.Application, made.IngestURL}
}

// post sends a webhook to a source as anybody would.
func (i inlet) post(t *testing.T, body string, header map[string]string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, i.address, strings.NewReader(body))
	harness.Check(t, err)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := new(http.Client).Do(r)
	harness.Check(t, err)
	harness.Check(t, answer.Body.Close())
	harness.Equal(t, "answer to the webhook", answer.StatusCode, http.StatusOK)
}

// taken returns how many webhooks the source has taken, and how many it refused for going round.
func (i inlet) taken(t *testing.T, s *harness.Server) (taken, refused int64) {
	t.Helper()
	var stats struct{ Received, Refused map[string]int64 }
	do(t, s, http.MethodGet, i.path+"/stats", nil, http.StatusOK).JSON(t, &stats)
	for _, n := range stats.Received {
		taken += n
	}
	return taken, stats.Refused["loop_detected"]
}

func TestEndpointThatPointsBackAtItsOwnSourceGoesRoundEightTimes(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, "POSTHORN_RETRY_SCHEDULE=100ms,200ms")
	in := newInlet(t, s, nil)
	back, err := url.Parse(s.URL)
	harness.Check(t, err)
	proxy := httptest.NewServer(httputil.NewSingleHostReverseProxy(back)) // its own address the server refuses to send to
	t.Cleanup(proxy.Close)
	endpoint := newEndpoint(t, s, in.app, strings.Replace(in.address, s.URL, proxy.URL, 1))

	in.post(t, `{"n":1}`, nil)
	attempts := awaitAttempts(t, s, in.app, endpoint, 7+tries)
	var refused int64
	harness.Eventually(t, "the refusals to be written down", func() bool {
		_, refused = in.taken(t, s)
		return refused >= int64(tries)
	})

	taken, _ := in.taken(t, s)
	harness.Equal(t, "times round", taken, 8)
	harness.Equal(t, "refusals that its owner is told of", refused, int64(tries))
	for n, a := range attempts {
		if want := map[bool]int{true: http.StatusOK, false: http.StatusLoopDetected}[n < 7]; a.ResponseStatusCode != want {
			t.Errorf("attempt %d was answered %d", n, a.ResponseStatusCode)
		}
	}
}

func TestOnePosthornSendsToAnother(t *testing.T) {
	t.Parallel()
	receiver := harness.NewReceiver(t)
	first, second := harness.Start(t), harness.Start(t)
	between, last := secretOf("between the two Posthorns"), secretOf("to the receiver at the end")
	from := newInlet(t, first, object{"forward": object{"headers": []string{"X-GitHub-Event"}}})
	to := newInlet(t, second, object{"provider": "standard-webhooks", "secrets": []string{between}, "forward": object{"headers": []string{"*"}}})
	do(t, first, http.MethodPost, from.app+"/endpoint", object{"url": to.address, "secret": between}, http.StatusCreated)
	do(t, second, http.MethodPost, to.app+"/endpoint", object{"url": receiver.URL, "secret": last}, http.StatusCreated)
	const body = `{"ref" : "refs/heads/main", "n": 1.0}`

	from.post(t, body, map[string]string{
		"Content-Type": "application/json", "X-GitHub-Event": "push", "X-Other": "stays", "Authorization": "Bearer canary", "Cookie": "a=canary",
	})
	got := receiver.Wait(t, 1, harness.Any)[0]

	key, err := signature.Parse(last)
	harness.Check(t, err)
	verifier, err := signature.NewVerifier(key)
	harness.Check(t, err)
	harness.Check(t, verifier.Verify(got.Header, got.Body, clock.Clock{}.Now()))
	harness.Equal(t, "body", string(got.Body), body)
	for name, want := range map[string]string{"X-GitHub-Event": "push", "X-Other": "", "Authorization": "", "Cookie": "", "Posthorn-Sent": "2"} {
		harness.Equal(t, name, got.Header.Get(name), want)
	}
	harness.Equal(t, "signatures", len(got.Header["Webhook-Signature"]), 1)
}
