package hostile_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// tries is how often the server of these tests sends a message that fails.
const tries = 3

// TestHostileAnswersHurtNobodyElse has the rows of section P. Each receiver has an honest neighbour in the
// same application, which must get the same message in the meantime.
func TestHostileAnswersHurtNobodyElse(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, "POSTHORN_ATTEMPT_TIMEOUT=3s", "POSTHORN_RETRY_SCHEDULE=100ms,200ms", "POSTHORN_MAX_IN_FLIGHT=2")
	pid := s.PID()
	tests := map[string]func(*testing.T, *harness.Server){
		"P1 the slots of a silent receiver are freed": silenceFreesItsSlots,
		"P10 410":             goneDisables,
		"P12 odd Retry-After": oddRetryAfterIsIgnored,
		"P13 Set-Cookie":      cookiesAreNeitherKeptNorShown,
		"P20 secrets of the request in an answer":        secretsInAnswersAreNotKept,
		"P19 different answers":                          changingAnswersEnd,
		"P6 headers of an answer go nowhere":             headersOfAnswersGoNowhere,
		"nobody is there":                                nobodyThereIsAFailure,
		"the connection ends in the middle of an answer": brokenBodyIsStillAnAnswer,
		"a kept connection is reset":                     resetKeptConnectionsDelayNothing,
	}
	for name, row := range failingAnswers() {
		tests[name] = row.test
	}
	for name, row := range longAnswers() {
		tests[name] = row.test
	}

	rows(t, s, tests)

	survived(t, s, pid)
	staysSmall(t, pid)
}

// trial publishes a message to a hostile receiver and to an honest one beside it, sees that the honest one
// gets it, and returns the n attempts at the hostile one.
func trial(t *testing.T, s *harness.Server, url string, n int) []attempt {
	t.Helper()
	app, honest := newApplication(t, s), harness.NewReceiver(t)
	hostile := newEndpoint(t, s, app, url)
	newEndpoint(t, s, app, honest.URL)
	message := publish(t, s, app)
	honest.Wait(t, 1, harness.Of(message))
	return awaitAttempts(t, s, app, hostile, n)
}

// failing is an answer that counts as a failure.
type failing struct {
	play   script
	cause  string // empty if there is a status
	status int
	shows  string // in the answer that is kept
}

func (f failing) test(t *testing.T, s *harness.Server) {
	w := newWire(t, f.play)

	for _, a := range trial(t, s, w.URL, tries) {
		if a.Status != 2 || a.Outcome != "failed" || a.Cause != f.cause || a.ResponseStatusCode != f.status {
			t.Errorf("got %+v", a)
		}
		if f.cause != "" && !strings.HasSuffix(a.Response, ".") || !strings.Contains(a.Response, f.shows) {
			t.Errorf("the attempt does not say what is wrong: %q", a.Response)
		}
	}
	if f.cause != "" {
		w.awaitClosed(t, tries)
		harness.Equal(t, "connections", w.Connections.Load(), tries)
	}
	harness.Equal(t, "requests", len(w.Requests()), tries)
}

// answerOf is an answer of 500 with this body, which is kept.
func answerOf(body string, header ...string) failing {
	return failing{status: 500, play: says(fmt.Sprintf("HTTP/1.1 500 X\r\n%sContent-Length: %d\r\n\r\n%s", strings.Join(header, ""), len(body), body))}
}

func failingAnswers() map[string]failing {
	const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(1)>`
	page := answerOf(hostile, "Content-Type: text/html\r\n")
	page.shows = hostile
	return map[string]failing{
		"P1 never":              {play: hangs, cause: "timeout"},
		"P1 half a status line": {play: saysOnce("HTTP/1.1 20"), cause: "timeout"},
		"P1 half a head":        {play: saysOnce("HTTP/1.1 200 OK\r\nX-A: b\r\n"), cause: "timeout"},
		"P5 100,000 headers":    {play: saysOnce("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: b\r\n", 100_000) + "\r\n"), cause: "too_large_headers"},
		"P5 header of 10 MB":    {play: saysOnce("HTTP/1.1 200 OK\r\nX-A: " + strings.Repeat("b", 10<<20) + "\r\n\r\n"), cause: "too_large_headers"},
		"P5 endless headers":    {play: floods("HTTP/1.1 200 OK\r\n", strings.Repeat("X-A: b\r\n", 1000)), cause: "too_large_headers"},
		"P6 CR in a header":     {play: saysOnce("HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n"), cause: "protocol"},
		"P6 NUL in a header":    {play: saysOnce("HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 0\r\n\r\n"), cause: "protocol"},
		"P7 flood of 100":       {play: floods("", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100)), cause: "too_large_headers"},
		"P7 flood of 103":       {play: floods("", strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", 100)), cause: "too_large_headers"},
		"P7 101":                {play: saysOnce("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), cause: "protocol"},
		"P9 204 with a body":    {play: saysOnce("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"), cause: "protocol"},
		"P9 304":                {play: says("HTTP/1.1 304 Not Modified\r\n\r\n"), status: 304},
		"P9 999":                {play: saysOnce("HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n"), cause: "protocol"},
		"P9 000":                {play: saysOnce("HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n"), cause: "protocol"},
		"P9 HTTP/0.9":           {play: saysOnce("<html>hello</html>\r\n\r\n"), cause: "protocol"},
		"P9 garbage":            {play: saysOnce("\x00\x01\x02\xff\r\n\r\n"), cause: "protocol"},
		"P9 another protocol":   {play: saysOnce("220 mail.example.com ESMTP\r\n\r\n"), cause: "protocol"},
		"P9 hangs up":           {play: func(_ net.Conn, next func() bool) { next() }, cause: "disconnected"},
		"P9 two lengths":        {play: saysOnce("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), cause: "protocol"},
		"P14 unasked answer":    {play: saysOnce("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), status: 500},
		"P17 page with script":  page,
		"P17 UTF-16":            answerOf("\xff\xfe<\x00b\x00>\x00"),
		"P17 4 MB of <":         answerOf(strings.Repeat("<", 4<<20)),
	}
}
