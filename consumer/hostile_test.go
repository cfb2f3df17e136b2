package consumer_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/consumer"
)

// TestHostileRequestsReachNobody follows section S of the hostile inputs, as far as it is about one request.
func TestHostileRequestsReachNobody(t *testing.T) {
	t.Parallel()
	const body, name = `{"n":1}`, "X-Hub-Signature-256"
	good := "sha256=" + mac(secret, body)
	method := func(m string) *http.Request { r := push(body); r.Method = m; return r }
	endless := push(body)
	endless.Body, endless.ContentLength = io.NopCloser(zeros{}), -1
	huge := push(strings.Repeat("x", consumer.DefaultMaxBody+1))
	lying := push(body)
	lying.ContentLength = 1 << 40
	broken := push(body)
	broken.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), failing{}))
	for what, c := range map[string]struct {
		request *http.Request
		want    int
	}{
		"S1 no signature":             {with(push(body), name), 401},
		"S2 empty signature":          {with(push(body), name, "sha256="), 401},
		"S2 blank header":             {with(push(body), name, " "), 401},
		"two signatures":              {with(push(body), name, good, good), 401},
		"another algorithm's label":   {with(push(body), name, strings.Replace(good, "256", "512", 1)), 401},
		"S5 SHA-1 only":               {with(with(push(body), name), "X-Hub-Signature", "sha1="+mac(secret, body)[:40]), 401},
		"half a signature":            {with(push(body), name, good[:40]), 401},
		"S25 another's secret":        {with(push(body), name, "sha256="+mac("another", body)), 401},
		"S12 a line break at the end": {with(push(body+"\r\n"), name, good), 401},
		"S12 a BOM":                   {with(push("\ufeff"+body), name, good), 401},
		"S12 re-encoded":              {with(push(`{"n": 1}`), name, good), 401},
		"S22 GET":                     {method(http.MethodGet), 405},
		"S22 HEAD":                    {method(http.MethodHead), 405},
		"S22 OPTIONS":                 {method(http.MethodOptions), 405},
		"a media type":                {with(push(body), "Content-Type", "text/html"), 415},
		"S24 compressed":              {with(push(body), "Content-Encoding", "gzip"), 415},
		"S24 too large":               {huge, 413},
		"S24 without an end":          {endless, 413},
		"a length that is a lie":      {lying, 413},
		"cut off":                     {broken, 408},
	} {
		b := &box{}

		w := send(github(t, b), c.request)

		equal(t, what, w.Code, c.want)
		equal(t, what+": calls", b.called(), 0)
		equal(t, what+": media type", w.Header().Get("Content-Type"), "application/json")
	}
	compressed := send(github(t, &box{}), with(push(body), "Content-Encoding", "gzip"))
	equal(t, "Accept-Encoding", compressed.Header().Get("Accept-Encoding"), "identity")
	equal(t, "Allow", send(github(t, &box{}), method(http.MethodGet)).Header().Get("Allow"), "POST")
}

func TestTimestampsAreOnlySoFarOff(t *testing.T) {
	t.Parallel()
	const key = "whsec_0000000000000000000000"
	for offset, want := range map[time.Duration]int{
		0: 200, -5 * time.Minute: 200, 5 * time.Minute: 200, -301 * time.Second: 401, 301 * time.Second: 401,
	} {
		b := &box{}
		h := build(t, consumer.Config{
			Provider: "stripe", Secrets: []consumer.Secret{"whsec_1111111111", key}, Fallback: b.put, Now: noon,
		})

		w := send(h, charge(key, noon().Add(offset), `{"id":"evt_1"}`))

		equal(t, offset.String(), w.Code, want)
		equal(t, "calls", b.called(), (401-want)/201)
	}
}

func TestFormOfTenThousandPartsIsRefused(t *testing.T) {
	t.Parallel()
	b := &box{}
	h := build(t, consumer.Config{Provider: "mailgun", Secrets: []consumer.Secret{"key-1"}, Fallback: b.put})
	var body bytes.Buffer
	for range 10_000 {
		body.WriteString("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n")
	}
	body.WriteString("--x--\r\n")
	r := httptest.NewRequest(http.MethodPost, "/", &body)
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")

	equal(t, "answer", send(h, r).Code, http.StatusUnauthorized)
}

func TestChallengeIsPlainAndBounded(t *testing.T) {
	t.Parallel()
	h := build(t, consumer.Config{
		Provider: "meta", Secrets: []consumer.Secret{"s"}, Options: map[string]string{"verify_token": "word"}, Fallback: (&box{}).put,
	})
	ask := func(token, challenge string) *httptest.ResponseRecorder {
		return send(h, httptest.NewRequest(http.MethodGet, "/?hub.mode=subscribe&hub.verify_token="+token+"&hub.challenge="+challenge, nil))
	}

	html := ask("word", "%3Cscript%3E")

	equal(t, "answer", html.Code, http.StatusOK)
	equal(t, "media type", html.Header().Get("Content-Type"), "text/plain; charset=utf-8")
	equal(t, "nosniff", html.Header().Get("X-Content-Type-Options"), "nosniff")
	equal(t, "a long one", ask("word", strings.Repeat("a", 1<<20)).Code, http.StatusUnauthorized)
	equal(t, "a stranger", ask("guess", "1").Code, http.StatusUnauthorized)
}

func TestBodyThatNeverComesEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	b := &box{}
	server := httptest.NewServer(github(t, b, func(c *consumer.Config) { c.Deadline = 50 * time.Millisecond }))
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	check(t, err)
	t.Cleanup(func() { _ = conn.Close() })

	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{")
	check(t, err)
	answer, err := io.ReadAll(conn)
	check(t, err)

	if !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") || !strings.Contains(string(answer), "Connection: close") {
		t.Errorf("got %q", answer)
	}
	equal(t, "calls", b.called(), 0)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
