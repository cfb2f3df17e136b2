package hostile_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// silenceFreesItsSlots gives a silent receiver ten times as many messages as it may have at once.
func silenceFreesItsSlots(t *testing.T, s *harness.Server) {
	const messages = 20
	app, honest, silent := newApplication(t, s), harness.NewReceiver(t), newWire(t, hangs)
	hostile := newEndpoint(t, s, app, silent.URL)
	newEndpoint(t, s, app, honest.URL)
	for range messages {
		publish(t, s, app)
	}

	honest.Wait(t, messages, harness.Any)

	if n := len(attemptsAt(t, s, app, hostile)); n >= messages {
		t.Errorf("the honest receiver waited until %d attempts at the silent one were over", n)
	}
	silent.awaitClosed(t, 4) // twice as many as may be under way
	do(t, s, http.MethodDelete, app+"/endpoint/"+hostile, nil, http.StatusNoContent)
}

func goneDisables(t *testing.T, s *harness.Server) {
	app, honest := newApplication(t, s), harness.NewReceiver(t)
	gone := newWire(t, says("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"))
	endpoint := newEndpoint(t, s, app, gone.URL)
	newEndpoint(t, s, app, honest.URL)
	first := publish(t, s, app)
	got := awaitAttempts(t, s, app, endpoint, 1)
	harness.Eventually(t, "the endpoint is disabled", func() bool {
		shown := do(t, s, http.MethodGet, app+"/endpoint/"+endpoint, nil, http.StatusOK).Object(t)
		return shown["disabled"] == true && shown["disabledReason"] == "gone"
	})

	second := publish(t, s, app)
	honest.Wait(t, 1, harness.Of(first))
	honest.Wait(t, 1, harness.Of(second))

	harness.Equal(t, "outcome", got[0].Outcome, "gone")
	harness.Equal(t, "requests", len(gone.Requests()), 1)
}

// oddRetryAfterIsIgnored ends in time only if none of these is obeyed.
func oddRetryAfterIsIgnored(t *testing.T, s *harness.Server) {
	for _, value := range []string{
		"86400, 86400", "86400\r\nRetry-After: 86400", "86400 seconds", "8.64e4", "+86400", "-86400", "0x15180", "86400;x", "tomorrow", "", "９９９９",
		"Fri, 31 Dec 9999 23:59:59 GMT, Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			failing{status: 503, play: says("HTTP/1.1 503 X\r\nRetry-After: " + value + "\r\nContent-Length: 0\r\n\r\n")}.test(t, s)
		})
	}
}

func cookiesAreNeitherKeptNorShown(t *testing.T, s *harness.Server) {
	w := newWire(t, says("HTTP/1.1 500 X\r\nSet-Cookie: session=hunter2; Path=/\r\nSet-Cookie2: b=hunter2\r\nX-Other: shown\r\nContent-Length: 0\r\n\r\n"))

	for _, a := range trial(t, s, w.URL, tries) {
		if h := a.ResponseHeaders; strings.Contains(fmt.Sprint(h), "hunter2") || h["Set-Cookie"] == "" || h["X-Other"] != "shown" {
			t.Errorf("got %v", h)
		}
	}
	for _, r := range w.Requests() {
		harness.Equal(t, "Cookie", r.Header.Get("Cookie"), "")
	}
}

func headersOfAnswersGoNowhere(t *testing.T, s *harness.Server) {
	w := newWire(t, says("HTTP/1.1 500 X\r\nX-Evil: a\xff\xfe<b>\r\nAuthorization: Basic evil\r\nWebhook-Id: evil\r\nX-Text: grün\r\n"+
		"Trailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: evil\r\n\r\n"))

	for _, a := range trial(t, s, w.URL, tries) {
		harness.Equal(t, "text in another alphabet", a.ResponseHeaders["X-Text"], "grün")
		harness.Equal(t, "bytes that are no text", a.ResponseHeaders["X-Evil"], "a\ufffd\ufffd<b>")
	}
	for _, r := range w.Requests() {
		if strings.Contains(fmt.Sprint(r.Header), "evil") || r.Header.Get("X-Evil") != "" {
			t.Errorf("sent %v", r.Header)
		}
	}
}

func changingAnswersEnd(t *testing.T, s *harness.Server) {
	var n atomic.Int64
	answers := []string{"\xff\xff\r\n\r\n", "HTTP/1.1 500 X\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}
	w := newWire(t, func(c net.Conn, next func() bool) {
		for next() {
			if _, err := io.WriteString(c, answers[min(n.Add(1)-1, 2)]); err != nil {
				return
			}
		}
	})

	got := trial(t, s, w.URL, tries)

	harness.Equal(t, "causes", []string{got[0].Cause, got[1].Cause, got[2].Cause}, []string{"protocol", "", ""})
	harness.Equal(t, "last outcome", got[2].Outcome, "succeeded")
}

func nobodyThereIsAFailure(t *testing.T, s *harness.Server) {
	w := newWire(t, func(net.Conn, func() bool) {}) // hangs up before the request is read
	for _, a := range trial(t, s, w.URL, tries) {
		if a.Status != 2 || a.Cause != "disconnected" {
			t.Errorf("got %+v", a)
		}
	}
}

// resetKeptConnectionsDelayNothing answers the first request of each connection and resets it under the second.
func resetKeptConnectionsDelayNothing(t *testing.T, s *harness.Server) {
	w := newWire(t, func(c net.Conn, next func() bool) {
		if next() {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			next()
		}
	})
	app := newApplication(t, s)
	endpoint := newEndpoint(t, s, app, w.URL)
	publish(t, s, app)
	awaitAttempts(t, s, app, endpoint, 1)

	message := publish(t, s, app)

	got := awaitAttempts(t, s, app, endpoint, 3)
	if got[1].Outcome != "failed" || got[1].Cause != "disconnected" || !strings.Contains(got[1].Response, "repeated at once") || got[2].Outcome != "succeeded" {
		t.Errorf("got %+v", got[1:])
	}
	for _, request := range w.Requests()[1:] {
		harness.Equal(t, "message", request.Header.Get("Webhook-Id"), message)
	}
	harness.Equal(t, "requests", len(w.Requests()), 3)
}

// brokenBodyIsStillAnAnswer holds that a status counts once it is there.
func brokenBodyIsStillAnAnswer(t *testing.T, s *harness.Server) {
	w := newWire(t, func(c net.Conn, next func() bool) {
		next()
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
	})
	got := trial(t, s, w.URL, 1)
	harness.Equal(t, "response", got[0].Response, "half")
	harness.Equal(t, "outcome", got[0].Outcome, "succeeded")
}
