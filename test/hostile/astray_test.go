package hostile_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// TestReceiversCannotLeadTheServerAstray has the rows of section U that show when a message is sent.
func TestReceiversCannotLeadTheServerAstray(t *testing.T) {
	t.Parallel()
	trap := harness.NewReceiver(t) // nobody may come here
	s := harness.Start(t, "POSTHORN_ATTEMPT_TIMEOUT=10s", "POSTHORN_RETRY_SCHEDULE=100ms,200ms",
		"HTTP_PROXY="+trap.URL, "HTTPS_PROXY="+trap.URL, "http_proxy="+trap.URL, "ALL_PROXY="+trap.URL)
	pid := s.PID()

	rows(t, s, map[string]func(*testing.T, *harness.Server){
		"U20 redirects":                   redirectsAreShown(trap.URL),
		"U24 own listener":                ownListenerIsRefused,
		"U31 sending an example":          examplesTellNothing,
		"U32 a schema of somebody else's": schemasFetchNothing(trap.URL),
		"U33 self-signed certificate":     selfSignedIsRefused,
		"U3 not on the operator's list":   urlsAreRefused("https://10.0.0.1/", "http://192.168.0.1/", "https://[::1]/"),
	})

	harness.Equal(t, "requests in the trap", len(trap.Arrivals()), 0)
	survived(t, s, pid)
}

func redirectsAreShown(trap string) func(*testing.T, *harness.Server) {
	return func(t *testing.T, s *harness.Server) {
		for _, status := range []int{300, 301, 302, 303, 307, 308} {
			for _, location := range []string{"http://169.254.169.254/", trap + "/stolen", "/", "javascript:alert(1)", ""} {
				t.Run(fmt.Sprint(status, " ", location), func(t *testing.T) {
					t.Parallel()
					w := newWire(t, says(fmt.Sprintf("HTTP/1.1 %d X\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", status, location)))

					for _, a := range trial(t, s, w.URL, tries) {
						if a.Outcome != "failed" || a.ResponseStatusCode != status || a.ResponseHeaders["Location"] != location {
							t.Errorf("got %+v", a)
						}
					}
					harness.Equal(t, "requests", len(w.Requests()), tries)
				})
			}
		}
	}
}

// ownListenerIsRefused writes the server's address in numbers, which shows at once, and as a name, which
// shows when it is dialled.
func ownListenerIsRefused(t *testing.T, s *harness.Server) {
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	urlsAreRefused(s.URL+"/api/v1/app", "http://127.0.0.1"+port+"/in/x", "http://[::ffff:127.0.0.1]"+port)(t, s)

	for _, a := range trial(t, s, "http://localhost"+port+"/api/v1/health", tries) {
		if a.Cause != "refused" {
			t.Errorf("got %+v", a)
		}
	}
}

// examplesTellNothing holds that sending an example answers before anything is sent: the answer is the
// message, whatever is at the address.
func examplesTellNothing(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	for _, play := range []script{hangs, saysOnce("220 inside\r\n")} {
		endpoint := newEndpoint(t, s, app, newWire(t, play).URL)

		reply := do(t, s, http.MethodPost, app+"/endpoint/"+endpoint+"/send-example", object{"eventType": "a"}, http.StatusOK)

		if strings.Contains(string(reply.Body), "inside") || reply.Object(t)["eventType"] != "a" {
			t.Errorf("got %s", reply.Body)
		}
	}
	failure(t, "nobody", s.Do(t, http.MethodPost, app+"/endpoint/nobody/send-example", object{"eventType": "a"}), http.StatusNotFound)
}

func schemasFetchNothing(trap string) func(*testing.T, *harness.Server) {
	return func(t *testing.T, s *harness.Server) {
		for _, ref := range []string{trap + "/schema", "file:///etc/passwd", "http://169.254.169.254/"} {
			reply := s.Do(t, http.MethodPost, "/api/v1/event-type",
				object{"name": "fetching", "description": "d", "schemas": object{"1": object{"$ref": ref}}})
			refusal(t, ref, reply, "schemas")
			if strings.Contains(string(reply.Body), "root:") {
				t.Errorf("got %s", reply.Body)
			}
		}
	}
}

func selfSignedIsRefused(t *testing.T, s *harness.Server) {
	receiver := httptest.NewUnstartedServer(http.NotFoundHandler())
	receiver.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes are meant to fail here
	receiver.StartTLS()
	t.Cleanup(receiver.Close)
	said := false // a busy machine may be too slow for one of the handshakes, which is a failure, too
	for _, a := range trial(t, s, receiver.URL, tries) {
		if a.Cause != "tls" {
			t.Errorf("got %+v", a)
		}
		said = said || strings.Contains(a.Response, "certificate")
	}
	if !said {
		t.Error("no attempt says that it is about the certificate")
	}
}
