package hostile_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// TestT5DeletedTenantIsGone deletes an application whose deliveries are waiting for their next try, and
// waits until those of another one, which began later, have had theirs.
func TestT5DeletedTenantIsGone(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, "POSTHORN_RETRY_SCHEDULE=5s,500ms,500ms") // time enough to delete, also on a busy machine
	deleted, kept := newApplication(t, s), newApplication(t, s)
	receiver := harness.NewReceiver(t)
	receiver.AnswerStatus(http.StatusInternalServerError)
	endpoint := newEndpoint(t, s, deleted, receiver.URL+"/deleted")
	newEndpoint(t, s, kept, receiver.URL+"/kept")
	token := portalToken(t, s, deleted)
	message := publish(t, s, deleted)
	tried := awaitAttempts(t, s, deleted, endpoint, 1)[0]

	do(t, s, http.MethodDelete, deleted, nil, http.StatusNoContent)
	publish(t, s, kept)
	receiver.Wait(t, 4, harness.To("/kept"))

	harness.Equal(t, "requests for the deleted one", len(receiver.Wait(t, 1, harness.To("/deleted"))), 1)
	for _, path := range []string{
		"", "/endpoint", "/endpoint/" + endpoint, "/endpoint/" + endpoint + "/secret", "/endpoint/" + endpoint + "/headers", "/msg", "/msg/" + message,
		"/msg/" + message + "/attempt/" + tried.ID, "/attempt/endpoint/" + endpoint, "/attempt/msg/" + message,
	} {
		failure(t, "GET "+path, s.Do(t, http.MethodGet, deleted+path, nil), http.StatusNotFound)
	}
	failure(t, "resend", s.Do(t, http.MethodPost, deleted+"/msg/"+message+"/endpoint/"+endpoint+"/resend", nil), http.StatusNotFound)
	failure(t, "its token", as(t, s, token, http.MethodGet, deleted, nil), http.StatusUnauthorized)
	harness.Equal(t, "restart", s.Stop(), 0)
	s.Restart()
	failure(t, "after a restart", s.Do(t, http.MethodGet, deleted, nil), http.StatusNotFound)
}

// TestT6TenantsWithTheSameNamesAreIndependent gives two applications everything alike.
func TestT6TenantsWithTheSameNamesAreIndependent(t *testing.T) {
	t.Parallel()
	s := harness.Start(t)
	apps := []string{newApplication(t, s), newApplication(t, s)}
	var receivers []*harness.Receiver
	ids := map[string]bool{}
	for _, app := range apps {
		receiver := harness.NewReceiver(t)
		receivers = append(receivers, receiver)
		do(t, s, http.MethodPost, app+"/endpoint", object{"url": receiver.URL, "uid": "same", "description": "same"}, http.StatusCreated)
	}
	for i, app := range apps {
		body := object{"eventType": "same", "eventId": "same", "payload": object{"tenant": i}}
		ids[idOf(t, wanted(t, "publish", *send(t, s, app+"/msg", "same", body), http.StatusAccepted))] = true
	}

	for i, receiver := range receivers {
		arrival := receiver.Wait(t, 1, harness.Any)[0]
		harness.Equal(t, "delivered", string(arrival.Body), `{"tenant":`+string(rune('0'+i))+`}`)
	}
	do(t, s, http.MethodDelete, apps[0]+"/endpoint/same", nil, http.StatusNoContent)
	do(t, s, http.MethodGet, apps[1]+"/endpoint/same", nil, http.StatusOK)
	shown := do(t, s, http.MethodGet, apps[1]+"/msg/same", nil, http.StatusOK)
	if len(ids) != 2 || !strings.Contains(string(shown.Body), `"tenant":1`) || len(receivers[0].Arrivals()) != 1 || len(receivers[1].Arrivals()) != 1 {
		t.Errorf("got %v and %s", ids, shown.Body)
	}
}
