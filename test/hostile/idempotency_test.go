package hostile_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// send sends a POST with an idempotency key and returns the answer, or none if the connection broke.
func send(t *testing.T, s *harness.Server, path, key string, body any) *harness.Reply {
	t.Helper()
	request := s.Request(t, http.MethodPost, path, body)
	request.Header.Set("Idempotency-Key", key)
	res, err := s.Client().Do(request)
	if err != nil {
		return nil
	}
	defer func() { _ = res.Body.Close() }()
	reply := harness.Reply{Status: res.StatusCode, Header: res.Header}
	if json.NewDecoder(res.Body).Decode((*json.RawMessage)(&reply.Body)) != nil {
		return nil
	}
	return &reply
}

func reusedKeyIsAConflict(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	one, two := object{"eventType": "a", "payload": object{"a": 1}}, object{"eventType": "a", "payload": object{"a": 2}}

	first, again, other := send(t, s, app+"/msg", "k", one), send(t, s, app+"/msg", "k", one), send(t, s, app+"/msg", "k", two)

	harness.Equal(t, "the repeat", idOf(t, *again), idOf(t, wanted(t, "the first", *first, http.StatusAccepted)))
	failure(t, "another body", *other, http.StatusConflict)
}

func keysOfTenantsAreIndependent(t *testing.T, s *harness.Server) {
	message := object{"eventType": "a", "eventId": "e", "payload": object{}}
	endpoint := object{"url": "http://127.0.0.1:9000", "uid": "ep", "disabled": true}
	ids := map[string]bool{}
	for range 2 {
		app := newApplication(t, s)
		ids[idOf(t, wanted(t, "message", *send(t, s, app+"/msg", "k", message), http.StatusAccepted))] = true
		ids[idOf(t, wanted(t, "endpoint", *send(t, s, app+"/endpoint", "k", endpoint), http.StatusCreated))] = true
	}

	harness.Equal(t, "different ids", len(ids), 4)
}

func takenNamesAreConflicts(t *testing.T, s *harness.Server) {
	taken := object{"name": "first", "uid": "taken"}
	do(t, s, http.MethodPost, "/api/v1/app", taken, http.StatusCreated)

	failure(t, "a taken uid", s.Do(t, http.MethodPost, "/api/v1/app", object{"name": "second", "uid": "taken"}), http.StatusConflict)
	failure(t, "by patch", s.Do(t, http.MethodPatch, newApplication(t, s), object{"uid": "taken"}), http.StatusConflict)

	shown := do(t, s, http.MethodGet, "/api/v1/app/taken", nil, http.StatusOK).Object(t)
	harness.Equal(t, "name", shown["name"], any("first"))
}

// TestQ15OneKeyIsOneMessageThroughACrash kills the server as soon as one of fifty callers with the same key
// has an answer.
func TestQ15OneKeyIsOneMessageThroughACrash(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, "POSTHORN_RETRY_SCHEDULE=100ms,100ms,100ms")
	app, receiver := newApplication(t, s), harness.NewReceiver(t)
	newEndpoint(t, s, app, receiver.URL)
	body := object{"eventType": "a", "payload": object{"a": 1}}
	answered := make(chan string, 50)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if reply := send(t, s, app+"/msg", "k", body); reply != nil && reply.Status == http.StatusAccepted {
				var m struct{ ID string }
				_ = json.Unmarshal(reply.Body, &m)
				answered <- m.ID
			}
		})
	}

	id := <-answered
	s.Kill()
	all.Wait()
	close(answered)
	s.Restart()

	for other := range answered {
		harness.Equal(t, "answer before the crash", other, id)
	}
	harness.Equal(t, "answer after the crash", idOf(t, wanted(t, "the repeat", *send(t, s, app+"/msg", "k", body), http.StatusAccepted)), id)
	var list struct{ Data []struct{ ID string } }
	do(t, s, http.MethodGet, app+"/msg", nil, http.StatusOK).JSON(t, &list)
	if len(list.Data) != 1 || list.Data[0].ID != id || !strings.HasPrefix(id, "msg_") {
		t.Errorf("stored are %v, want only %s", list.Data, id)
	}
	receiver.Wait(t, 1, harness.Of(id))
}
