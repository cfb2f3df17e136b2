package hostile_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

type object map[string]any

// attempt is what the API says about an attempt.
type attempt struct {
	ID, EndpointID, URL      string
	Status                   int
	Outcome, Cause, Response string
	ResponseStatusCode       int
	ResponseHeaders          map[string]string
}

// rows runs tests against one server, all at once, and returns when the last one has ended.
func rows(t *testing.T, s *harness.Server, tests map[string]func(*testing.T, *harness.Server)) {
	t.Helper()
	t.Run("rows", func(t *testing.T) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, s)
			})
		}
	})
}

// do calls the API and ends the test if the answer has another status.
func do(t *testing.T, s *harness.Server, method, path string, body any, want int) harness.Reply {
	t.Helper()
	return wanted(t, method+" "+path, s.Do(t, method, path, body), want)
}

func wanted(t *testing.T, what string, reply harness.Reply, want int) harness.Reply {
	t.Helper()
	if reply.Status != want {
		t.Fatalf("%s: got %d, want %d\n%.2000s", what, reply.Status, want, reply.Body)
	}
	return reply
}

func idOf(t *testing.T, reply harness.Reply) string {
	t.Helper()
	var out struct{ ID string }
	reply.JSON(t, &out)
	return out.ID
}

// newApplication makes an application for the test and returns the path below which it lies.
func newApplication(t *testing.T, s *harness.Server) (path string) {
	t.Helper()
	return "/api/v1/app/" + idOf(t, do(t, s, http.MethodPost, "/api/v1/app", object{"name": t.Name()}, http.StatusCreated))
}

// newEndpoint makes an endpoint and returns its id.
func newEndpoint(t *testing.T, s *harness.Server, app, url string) string {
	t.Helper()
	return idOf(t, do(t, s, http.MethodPost, app+"/endpoint", object{"url": url}, http.StatusCreated))
}

// publish publishes a message and returns its id.
func publish(t *testing.T, s *harness.Server, app string) string {
	t.Helper()
	return idOf(t, do(t, s, http.MethodPost, app+"/msg", object{"eventType": "some", "payload": object{"a": 1}}, http.StatusAccepted))
}

// attemptsAt returns the attempts at an endpoint, oldest first.
func attemptsAt(t *testing.T, s *harness.Server, app, endpoint string) []attempt {
	t.Helper()
	var list struct{ Data []attempt }
	do(t, s, http.MethodGet, app+"/attempt/endpoint/"+endpoint+"?limit=250", nil, http.StatusOK).JSON(t, &list)
	oldest := make([]attempt, 0, len(list.Data))
	for i := range list.Data {
		oldest = append(oldest, list.Data[len(list.Data)-1-i])
	}
	return oldest
}

// awaitAttempts waits for n attempts at an endpoint.
func awaitAttempts(t *testing.T, s *harness.Server, app, endpoint string, n int) (found []attempt) {
	t.Helper()
	harness.Eventually(t, strconv.Itoa(n)+" attempts", func() bool {
		found = attemptsAt(t, s, app, endpoint)
		return len(found) >= n
	})
	return found
}

// refusal checks that an answer of 422 names the field and says in a sentence what to do.
func refusal(t *testing.T, what string, reply harness.Reply, field string) {
	t.Helper()
	var said struct {
		Detail []struct {
			Loc       []string
			Msg, Type string
		}
	}
	wanted(t, what, reply, http.StatusUnprocessableEntity).JSON(t, &said)
	for _, one := range said.Detail {
		if strings.Contains(strings.Join(one.Loc, "."), field) && len(one.Msg) > 10 && one.Type != "" {
			return
		}
	}
	t.Errorf("%s: %s is not named, or nothing says what to do: %s", what, field, reply.Body)
}

// failure checks that an answer is {code, detail}.
func failure(t *testing.T, what string, reply harness.Reply, want int) {
	t.Helper()
	var said struct{ Code, Detail string }
	wanted(t, what, reply, want).JSON(t, &said)
	if said.Code == "" || said.Detail == "" {
		t.Errorf("%s: no code or detail: %s", what, reply.Body)
	}
}

// survived checks that the server is the process it was, has not panicked, and logged nothing in words
// that are not its own.
func survived(t *testing.T, s *harness.Server, pid int) {
	t.Helper()
	harness.Equal(t, "process", s.PID(), pid)
	harness.Equal(t, "health", s.Do(t, http.MethodGet, "/api/v1/health", nil).Status, http.StatusOK)
	for _, word := range []string{"panic", "DATA RACE", "goroutine 1 [", "Unsolicited"} {
		if strings.Contains(s.Log(), word) {
			t.Errorf("the log mentions %q", word)
		}
	}
}
