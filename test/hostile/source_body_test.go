package hostile_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// otherMethodsMakeNoEvent signs every request well. TRACE is refused for all paths alike, before one is looked at.
func otherMethodsMakeNoEvent(t *testing.T, s *harness.Server) {
	in := newSource(t, s, "github", senderSecret)
	for _, method := range []string{
		http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace, "BREW", "post",
	} {
		w := ofGitHub(senderSecret, event).with("X-HTTP-Method-Override", http.MethodPost).with("Origin", "https://evil.example.com")
		w.method = method

		reply := in.turnsAway(t, s, method, w, http.StatusMethodNotAllowed)

		if method != http.MethodTrace {
			harness.Equal(t, method+": Allow", reply.Header.Get("Allow"), http.MethodPost)
		}
		harness.Equal(t, method+": CORS", reply.Header.Get("Access-Control-Allow-Origin"), "")
	}
	in.tookNothing(t, s)
}

// largeWebhooksAreRefused announces 100 MB and sends none of them, and sends more than the limit without saying so.
func largeWebhooksAreRefused(t *testing.T, s *harness.Server) {
	in, small := newSource(t, s, "none"), newInlet(t, s, object{"maxBody": 100})
	path := strings.TrimPrefix(in.address, s.URL)
	chunks := strings.Repeat("10000\r\n"+strings.Repeat(" ", 0x10000)+"\r\n", 100)

	failure(t, "100 MB", exchange(t, s, "POST "+path+" HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n"), http.StatusRequestEntityTooLarge)
	failure(t, "chunks", exchange(t, s, "POST "+path+" HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"+chunks), http.StatusRequestEntityTooLarge)
	in.turnsAway(t, s, "a byte more than the server's limit", webhook{body: strings.Repeat(" ", 1<<20+1)}, http.StatusRequestEntityTooLarge)
	small.turnsAway(t, s, "a byte more than the source's limit", webhook{body: strings.Repeat(" ", 101)}, http.StatusRequestEntityTooLarge)
	in.tookNothing(t, s)
	small.tookNothing(t, s)

	wanted(t, "as much as the limit", small.try(t, s, webhook{body: strings.Repeat(" ", 100)}), http.StatusOK)
}

func compressedWebhooksAreRefused(t *testing.T, s *harness.Server) {
	in := newSource(t, s, "github", senderSecret)
	bomb := compressed(t, strings.Repeat(" ", 2<<20))
	for encoding, status := range map[string]int{
		"gzip": http.StatusRequestEntityTooLarge, "x-gzip": http.StatusRequestEntityTooLarge, "GZIP": http.StatusRequestEntityTooLarge,
		"deflate": http.StatusUnsupportedMediaType, "br": http.StatusUnsupportedMediaType,
		"gzip, gzip": http.StatusUnsupportedMediaType, "identity, gzip": http.StatusUnsupportedMediaType,
	} {
		in.turnsAway(t, s, encoding, ofGitHub(senderSecret, bomb).with("Content-Encoding", encoding), status)
	}
	in.tookNothing(t, s)
}

// manyPartsAreNotTakenApart sends forms that cost most where they are read. Where a form is what a provider sends, what is looked
// for in it is not found, and the body is only text.
func manyPartsAreNotTakenApart(t *testing.T, s *harness.Server) {
	const kind = "multipart/form-data; boundary=b"
	parts := strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nx\r\n", 10_000) + "--b--\r\n"
	github, twilio := newSource(t, s, "github", senderSecret), newSource(t, s, "twilio", senderSecret)
	fields := ofTwilio(senderSecret, twilio.shown, "a", "1") // of several fields alike Twilio signs one
	fields.body = strings.Repeat("a=1&", 100_000)

	github.turnsAway(t, s, "10,000 parts", ofGitHub(senderSecret, parts).with("Content-Type", kind), http.StatusUnsupportedMediaType)
	twilio.turnsAway(t, s, "100,000 fields", fields, http.StatusUnauthorized)
	github.tookNothing(t, s)
	twilio.tookNothing(t, s)

	for provider, secrets := range map[string][]string{"jotform": {senderSecret}, "none": nil} {
		in := newSource(t, s, provider, secrets...)
		form := webhook{body: parts, query: "key=" + senderSecret, header: map[string]string{"Content-Type": kind}}
		wanted(t, provider, in.try(t, s, form), http.StatusOK)
		harness.Equal(t, provider+": it is kept as it came", in.received(t, s)[0].Body == parts, true)
	}
}

// deepBodiesAreHandedOnAsText sends JSON that is nested deeply to a source that looks for something in the depth.
func deepBodiesAreHandedOnAsText(t *testing.T, s *harness.Server) {
	in := newInlet(t, s, object{"options": object{"id_path": "0.0.0", "type_path": "0.0.1"}})
	bodies := []string{strings.Repeat("[", 1_000_000), strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000), strings.Repeat(`{"0":`, 200_000)}
	for _, body := range bodies {
		w := webhook{body: body, header: map[string]string{"Content-Type": "application/json"}}
		wanted(t, body[:10], in.try(t, s, w), http.StatusOK)
	}
	harness.Eventually(t, "a message of each", func() bool { return in.messages(t, s) == len(bodies) })
}
