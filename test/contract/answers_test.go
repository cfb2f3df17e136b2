package contract_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/test/harness"
)

const (
	appPath      = "/api/v1/app/{app_id}"
	endpointPath = appPath + "/endpoint/{endpoint_id}"
	messagePath  = appPath + "/msg/{msg_id}"
	typePath     = "/api/v1/event-type/{event_type_name}"
)

// TestAnswersMatchTheServedDocument calls every declared operation at least once. An operation that is
// new in the document fails here until it is called too.
func TestAnswersMatchTheServedDocument(t *testing.T) {
	t.Parallel()
	receiver := harness.NewReceiver(t)
	s := newSurface(t, harness.Start(t))

	s.call(t, "GET /api/v1/health", nil, nil, http.StatusOK)
	s.call(t, "GET /api/v1/health/ping", nil, nil, http.StatusNoContent)
	s.call(t, "GET /api/v1/nodes", nil, nil, http.StatusOK)
	s.callApplications(t)
	s.callEventTypes(t)
	endpoint := s.callEndpoints(t, receiver.URL)
	message := s.callMessages(t)
	s.callAttempts(t, endpoint, message)
	s.callDeliveryTools(t, endpoint)
	s.callPortal(t)
	s.callSources(t, receiver.URL)
	s.callDeletes(t, endpoint, message)

	if left := s.forgotten(); len(left) > 0 {
		t.Errorf("no call of this test reaches %q", left)
	}
}

func (s *surface) callApplications(t *testing.T) {
	t.Helper()
	acme := object{"name": "Acme", "uid": "acme", "metadata": object{"plan": "gold"}}
	s.call(t, "POST /api/v1/app", nil, acme, http.StatusCreated)
	s.call(t, "POST /api/v1/app?get_if_exists=true", nil, acme, http.StatusOK)
	s.call(t, "POST /api/v1/app", nil, acme, http.StatusConflict)
	s.call(t, "POST /api/v1/app", nil, object{}, http.StatusUnprocessableEntity)
	s.call(t, "GET /api/v1/app?limit=1", nil, nil, http.StatusOK)
	s.call(t, "GET "+appPath, []string{"acme"}, nil, http.StatusOK)
	s.call(t, "GET "+appPath, []string{"nobody"}, nil, http.StatusNotFound)
	s.call(t, "PATCH "+appPath, []string{"acme"}, object{"name": "Acme 2"}, http.StatusOK)
	s.call(t, "PUT "+appPath, []string{"acme"}, acme, http.StatusOK)
	s.call(t, "PUT "+appPath, []string{"second"}, object{"name": "Second", "uid": "second"}, http.StatusCreated)
}

func (s *surface) callEventTypes(t *testing.T) {
	t.Helper()
	created := []string{"user.created"}
	in := object{"name": "user.created", "description": "A user", "schemas": object{"1": object{"type": "object"}}}
	s.call(t, "POST /api/v1/event-type", nil, in, http.StatusCreated)
	s.call(t, "GET /api/v1/event-type?with_content=true", nil, nil, http.StatusOK)
	s.call(t, "GET "+typePath, created, nil, http.StatusOK)
	s.call(t, "PATCH "+typePath, created, object{"description": "New"}, http.StatusOK)
	s.call(t, "PUT "+typePath, created, object{"description": "Newer"}, http.StatusOK)
	s.call(t, "PUT "+typePath, []string{"user.moved"}, object{"description": "New"}, http.StatusCreated)
}

func (s *surface) callEndpoints(t *testing.T, url string) (id string) {
	t.Helper()
	in := object{"url": url, "uid": "ep", "description": "D", "eventTypes": []string{"user.created"}}
	id, _ = s.call(t, "POST "+appPath+"/endpoint", []string{"acme"}, in, http.StatusCreated).Object(t)["id"].(string)
	one := []string{"acme", id}
	s.call(t, "GET "+appPath+"/endpoint", []string{"acme"}, nil, http.StatusOK)
	s.call(t, "GET "+endpointPath, one, nil, http.StatusOK)
	s.call(t, "PATCH "+endpointPath, one, object{"eventTypes": nil}, http.StatusOK)
	s.call(t, "PUT "+endpointPath, one, object{"url": url, "uid": "ep"}, http.StatusOK)
	s.call(t, "PUT "+endpointPath, []string{"acme", "new"}, object{"url": url, "uid": "new", "disabled": true}, http.StatusCreated)
	s.call(t, "PUT "+endpointPath+"/headers", one, object{"headers": object{"X-A": "1"}}, http.StatusNoContent)
	s.call(t, "PATCH "+endpointPath+"/headers", one, object{"headers": object{"X-A": nil, "X-B": "2"}}, http.StatusNoContent)
	s.call(t, "GET "+endpointPath+"/headers", one, nil, http.StatusOK)
	s.call(t, "GET "+endpointPath+"/secret", one, nil, http.StatusOK)
	s.call(t, "POST "+endpointPath+"/secret/rotate", one, object{}, http.StatusNoContent)
	return id
}

func (s *surface) callMessages(t *testing.T) (id string) {
	t.Helper()
	in := object{"eventType": "user.created", "payload": object{"a": 1}, "channels": []string{"blue"}, "eventId": "e1"}
	id, _ = s.call(t, "POST "+appPath+"/msg", []string{"acme"}, in, http.StatusAccepted).Object(t)["id"].(string)
	s.call(t, "POST "+appPath+"/msg?with_content=false", []string{"acme"},
		object{"eventType": "user.created", "payload": object{}}, http.StatusAccepted)
	s.call(t, "POST "+appPath+"/msg", []string{"acme"}, object{"eventType": "a"}, http.StatusUnprocessableEntity)
	s.call(t, "GET "+appPath+"/msg?event_types=user.created&channel=blue", []string{"acme"}, nil, http.StatusOK)
	s.call(t, "GET "+messagePath, []string{"acme", id}, nil, http.StatusOK)
	return id
}

func (s *surface) callAttempts(t *testing.T, endpoint, message string) {
	t.Helper()
	var attempt string
	harness.Eventually(t, "the attempt is listed", func() bool {
		list := s.call(t, "GET "+appPath+"/attempt/msg/{msg_id}", []string{"acme", message}, nil, http.StatusOK)
		data, _ := list.Object(t)["data"].([]any)
		if len(data) > 0 {
			attempt, _ = data[0].(object)["id"].(string)
		}
		return attempt != ""
	})
	s.call(t, "GET "+appPath+"/attempt/endpoint/{endpoint_id}", []string{"acme", endpoint}, nil, http.StatusOK)
	s.call(t, "GET "+messagePath+"/attempt/{attempt_id}", []string{"acme", message, attempt}, nil, http.StatusOK)
	s.call(t, "GET "+messagePath+"/attempt", []string{"acme", message}, nil, http.StatusOK)
	s.call(t, "GET "+messagePath+"/endpoint/{endpoint_id}/attempt", []string{"acme", message, endpoint}, nil, http.StatusOK)
	s.call(t, "GET "+messagePath+"/endpoint", []string{"acme", message}, nil, http.StatusOK)
	s.call(t, "GET "+endpointPath+"/msg", []string{"acme", endpoint}, nil, http.StatusOK)
	s.call(t, "POST "+messagePath+"/endpoint/{endpoint_id}/resend", []string{"acme", message, endpoint}, nil, http.StatusAccepted)
	s.call(t, "DELETE "+messagePath+"/attempt/{attempt_id}/content", []string{"acme", message, attempt}, nil, http.StatusNoContent)
}

func (s *surface) callDeliveryTools(t *testing.T, endpoint string) {
	t.Helper()
	one := []string{"acme", endpoint}
	s.call(t, "GET "+endpointPath+"/stats", one, nil, http.StatusOK)
	s.call(t, "POST "+endpointPath+"/send-example", one, object{"eventType": "user.created"}, http.StatusOK)
	since := clock.Clock{}.Now().Add(-time.Hour)
	s.call(t, "POST "+endpointPath+"/recover", one, object{"since": since}, http.StatusAccepted)
}

func (s *surface) callPortal(t *testing.T) {
	t.Helper()
	s.call(t, "POST /api/v1/auth/dashboard-access/{app_id}", []string{"acme"}, nil, http.StatusOK)
	access := s.call(t, "POST /api/v1/auth/app-portal-access/{app_id}", []string{"acme"}, object{}, http.StatusOK)
	admin := s.server.Token
	s.server.Token, _ = access.Object(t)["token"].(string)
	s.call(t, "POST /api/v1/auth/logout", nil, nil, http.StatusNoContent)
	s.server.Token = admin
}

func (s *surface) callDeletes(t *testing.T, endpoint, message string) {
	t.Helper()
	s.call(t, "DELETE "+messagePath+"/content", []string{"acme", message}, nil, http.StatusNoContent)
	s.call(t, "DELETE "+endpointPath, []string{"acme", endpoint}, nil, http.StatusNoContent)
	s.call(t, "DELETE "+typePath+"?expunge=true", []string{"user.created"}, nil, http.StatusNoContent)
	s.call(t, "DELETE "+appPath, []string{"acme"}, nil, http.StatusNoContent)
}
