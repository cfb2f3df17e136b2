package hostile_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// TestHostileRequestsAreRefusedAndTheServerGoesOn has the rows of section Q but for those that kill the
// server (Q15) or need time (Q12).
func TestHostileRequestsAreRefusedAndTheServerGoesOn(t *testing.T) {
	t.Parallel()
	s := harness.Start(t)
	pid := s.PID()

	rows(t, s, map[string]func(*testing.T, *harness.Server){
		"Q1 long body with its length":                 longBodyIsRefusedUnread,
		"Q2 long body in chunks":                       endlessBodyIsRefusedAtTheLimit,
		"Q3 compressed body":                           compressedBodyIsBounded,
		"Q4 deep nesting":                              deepNestingIsRefused,
		"Q5 Q6 payloads are kept byte for byte":        oddPayloadsArriveUnchanged,
		"Q6 text that is none":                         brokenTextIsRefused,
		"Q8 names that are none":                       badNamesAreRefused,
		"Q10 two lengths":                              twoLengthsAreRefused,
		"Q10 a length and chunks":                      nothingIsSmuggled,
		"Q11 10,000 headers":                           manyHeadersAreRefused,
		"Q11 a header of 1 MB":                         longHeaderIsRefused,
		"Q13 HTTP/2 is not spoken without TLS":         noHTTP2WithoutTLS,
		"Q14 same key with another body":               reusedKeyIsAConflict,
		"Q16 key of another tenant":                    keysOfTenantsAreIndependent,
		"Q18 limits out of range":                      oddLimitsAreRefused,
		"Q22 other methods":                            otherMethodsAreRefused,
		"Q23 forged host":                              forgedHostIsInNoLink,
		"Q24 huge and odd filters":                     oddFiltersAreRefused,
		"tokens that are none":                         oddTokensAreRefused,
		"paths that are none":                          oddPathsAreRefused,
		"requests that are none":                       garbageIsRefused,
		"names in another's hand stay what they were":  takenNamesAreConflicts,
		"publishing goes on beside all this":           publishingGoesOn,
		"lists do not end up in each other's iterator": foreignIteratorsAreRefused,
	})

	survived(t, s, pid)
}

// longBodyIsRefusedUnread sends a head that announces 10 GB and not one byte of them.
func longBodyIsRefusedUnread(t *testing.T, s *harness.Server) {
	for _, path := range []string{"/api/v1/app", "/api/v1/app/a/msg"} {
		reply := exchange(t, s, head(s, "POST "+path)+"Content-Type: application/json\r\nContent-Length: 10000000000\r\n\r\n")

		failure(t, path, reply, http.StatusRequestEntityTooLarge)
	}
}

// endlessBodyIsRefusedAtTheLimit sends chunks for ever, also when it has its answer, and counts what the server takes
// before it gives up on such a sender.
func endlessBodyIsRefusedAtTheLimit(t *testing.T, s *harness.Server) {
	const limit, politeness = 1 << 20, 32 << 20 // what is read before the answer, and after it so that it can be seen
	const sockets = 64 << 20                    // what is in the two sockets is not taken; a system may give 32 MiB to one that reads fast
	chunk := "10000\r\n" + strings.Repeat(" ", 0x10000) + "\r\n"
	for _, path := range []string{"/api/v1/app", "/api/v1/app/a/msg"} {
		c := dial(t, s)
		taken := make(chan int)
		go func() {
			n, err := io.WriteString(c, head(s, "POST "+path)+"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
			for total := n; ; total += n {
				if err != nil {
					taken <- total
					return
				}
				n, err = io.WriteString(c, chunk)
			}
		}()

		failure(t, path, firstAnswer(t, c), http.StatusRequestEntityTooLarge)
		if n := <-taken; n > limit+politeness+sockets {
			t.Errorf("%s: the server took %d bytes", path, n)
		}
		_ = c.Close()
	}
}

// compressed returns a text as gzip makes it.
func compressed(t *testing.T, text string) string {
	t.Helper()
	var small bytes.Buffer
	z := gzip.NewWriter(&small)
	_, err := io.WriteString(z, text)
	harness.Check(t, err)
	harness.Check(t, z.Close())
	return small.String()
}

func compressedBodyIsBounded(t *testing.T, s *harness.Server) {
	bomb := compressed(t, strings.Repeat(" ", 100<<20))
	for _, path := range []string{"/api/v1/app", "/api/v1/app/a/msg"} {
		request := s.Request(t, http.MethodPost, path, bomb)
		request.Header.Set("Content-Encoding", "gzip")

		failure(t, path, s.Send(t, request), http.StatusRequestEntityTooLarge)
	}
}

func deepNestingIsRefused(t *testing.T, s *harness.Server) {
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for path, body := range map[string]string{
		"/api/v1/app":        `{"name":"n","metadata":` + deep + `}`,
		"/api/v1/event-type": `{"name":"n","description":"d","schemas":{"1":{"a":` + deep + `}}}`,
		"/api/v1/app/a/msg":  `{"eventType":"a","payload":{"a":` + deep + `}}`,
	} {
		failure(t, path, s.Do(t, http.MethodPost, path, body), http.StatusBadRequest)
		failure(t, path+" unclosed", s.Do(t, http.MethodPost, path, deep[:100_000]), http.StatusBadRequest)
	}
}

// oddPayloadsArriveUnchanged publishes what JSON libraries like to rewrite.
func oddPayloadsArriveUnchanged(t *testing.T, s *harness.Server) {
	app, receiver := newApplication(t, s), harness.NewReceiver(t)
	newEndpoint(t, s, app, receiver.URL)
	for _, payload := range []string{
		`{"a":1,"a":2,"b":{"c":1,"c":1}}`, `{"a":"\ud800"}`, `{"a":"\u0000\u2028<>&/\/"}`, "{ \"z\" :\t1e400 ,\n\"a\": -0.0 }",
		`{"big":123456789012345678901234567890}`, `{"":{"":[]}}`, "{\"é\":\"\U0001F600\u2028\"}",
	} {
		reply := do(t, s, http.MethodPost, app+"/msg", `{"payload":`+payload+`,"eventType":"a"}`, http.StatusAccepted)

		message := idOf(t, reply)
		got := receiver.Wait(t, 1, harness.Of(message))
		harness.Equal(t, "delivered", string(got[0].Body), payload)
		shown := do(t, s, http.MethodGet, app+"/msg/"+message, nil, http.StatusOK)
		var compact bytes.Buffer // white space may go where nobody checks a signature
		harness.Check(t, json.Compact(&compact, []byte(payload)))
		if !bytes.Contains(shown.Body, compact.Bytes()) {
			t.Errorf("shown is %s, want %s", shown.Body, compact.Bytes())
		}
	}
}

func brokenTextIsRefused(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	for _, text := range []string{"\"\xff\"", "\"\x00\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\r\n\"", `"\x41"`, `"\u12"`, `NaN`, `1,`, `'a'`, "\xef\xbb\xbf1", `01`} {
		for path, body := range map[string]string{
			app + "/msg":  `{"eventType":"a","payload":{"a":` + text + `}}`,
			"/api/v1/app": `{"name":` + text + `}`,
		} {
			if strings.HasPrefix(path, "/api/v1/app/") || !strings.Contains("\"\xff\"\"\xc0\xaf\"\"\xed\xa0\x80\"", text) {
				failure(t, path+" with "+fmt.Sprintf("%q", text), s.Do(t, http.MethodPost, path, body), http.StatusBadRequest)
			}
		}
	}
}

func badNamesAreRefused(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	for _, name := range []string{"a\r\nb", "a\n", "a/b", "..", ".", strings.Repeat("a", 10_000), "\U0001F600", "a b", "", "\x00", "a%2fb", "<b>"} {
		for path, body := range map[string]object{
			"/api/v1/app":        {"name": "n", "uid": name},
			app + "/endpoint":    {"url": "http://127.0.0.1:9000", "uid": name},
			"/api/v1/event-type": {"name": name, "description": "d"},
			app + "/msg":         {"eventType": name, "payload": object{}},
		} {
			reply := s.Do(t, http.MethodPost, path, body)

			if reply.Status != http.StatusUnprocessableEntity || !bytes.Contains(reply.Body, []byte(`"loc":["body",`)) {
				t.Errorf("%s with %.20q: got %d %.300s", path, name, reply.Status, reply.Body)
			}
		}
	}
}

func oddLimitsAreRefused(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	for _, limit := range []string{"0", "-1", "251", "1e9", "1000000000", "NaN", "99999999999999999999", "%00", "0x10", "1%200"} {
		for _, path := range []string{"/api/v1/app", "/api/v1/event-type", app + "/endpoint", app + "/msg"} {
			refusal(t, path+" with "+limit, s.Do(t, http.MethodGet, path+"?limit="+limit, nil), "limit")
		}
	}
}

func oddFiltersAreRefused(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	types := make([]string, 1_000_000)
	for i := range types {
		types[i] = fmt.Sprint(i)
	}
	for what, path := range map[string]string{
		"many":     "event_types=" + strings.Repeat("a,", 2000) + "a",
		"repeated": strings.Repeat("event_types=a&", 2000),
		"regex":    "event_types=(a%2B)%2B%24", "wildcard": "channel=%25", "quote": "channel=a%27%20or%201=1",
	} {
		reply := s.Do(t, http.MethodGet, app+"/msg?"+path, nil)
		harness.Equal(t, what, reply.Status, http.StatusUnprocessableEntity)
	}
	failure(t, "a million event types", s.Do(t, http.MethodPost, app+"/endpoint",
		object{"url": "http://127.0.0.1:9000", "eventTypes": types}), http.StatusRequestEntityTooLarge)
	refusal(t, "as many event types as fit", s.Do(t, http.MethodPost, app+"/endpoint",
		object{"url": "http://127.0.0.1:9000", "eventTypes": types[:100_000]}), "eventTypes")
	refusal(t, "a wildcard", s.Do(t, http.MethodPost, app+"/endpoint",
		object{"url": "http://127.0.0.1:9000", "eventTypes": []string{".*"}}), "eventTypes")
}

func foreignIteratorsAreRefused(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	for _, iterator := range []string{"x", "app_", "ep_1srOrx2ZWZBpBUvZwXKQmoEYga2", "%00", strings.Repeat("a", 10_000), "'%20or%201=1"} {
		reply := s.Do(t, http.MethodGet, app+"/msg?iterator="+iterator, nil)
		harness.Equal(t, iterator, reply.Status, http.StatusUnprocessableEntity)
	}
}

func publishingGoesOn(t *testing.T, s *harness.Server) {
	app, receiver := newApplication(t, s), harness.NewReceiver(t)
	newEndpoint(t, s, app, receiver.URL)
	for range 20 {
		publish(t, s, app)
	}
	receiver.Wait(t, 20, harness.Any)
}
