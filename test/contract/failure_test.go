package contract_test

import (
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

func TestFailuresInFrontOfTheHandlersAreJSON(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)

	for name, test := range map[string]struct {
		method, path string
		body         any
		want         int
	}{
		"unknown route":              {http.MethodGet, "/api/v1/nonsense", nil, http.StatusNotFound},
		"unknown application":        {http.MethodGet, "/api/v1/app/nobody", nil, http.StatusNotFound},
		"method that has no meaning": {http.MethodPatch, "/api/v1/app", object{}, http.StatusMethodNotAllowed},
		"broken JSON":                {http.MethodPost, "/api/v1/app", `{"name":`, http.StatusBadRequest},
		"broken JSON of a message":   {http.MethodPost, "/api/v1/app/nobody/msg", `{"eventType":`, http.StatusBadRequest},
	} {
		reply := server.Do(t, test.method, test.path, test.body)
		harness.Equal(t, name+": status", reply.Status, test.want)
		isFailure(t, name, reply)
	}
}

func TestRequestsWithoutAKnownTokenAreRefused(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)

	for name, value := range map[string]string{
		"no token": "", "another scheme": "Basic YTpi", "unknown token": "Bearer ph_nobody_000000000000000000001",
		"empty token": "Bearer ", "token of JWT shape": "Bearer a.b.c",
	} {
		request := server.Request(t, http.MethodGet, "/api/v1/app", nil)
		request.Header.Del("Authorization")
		if value != "" {
			request.Header.Set("Authorization", value)
		}
		reply := server.Send(t, request)
		harness.Equal(t, name+": status", reply.Status, http.StatusUnauthorized)
		isFailure(t, name, reply)
	}
}

func TestInvalidInputIsNamedByItsPlace(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)
	harness.Equal(t, "application", server.Do(t, http.MethodPost, "/api/v1/app", object{"name": "A", "uid": "a"}).Status, http.StatusCreated)

	for name, test := range map[string]struct {
		path string
		body any
	}{
		"missing name":       {"/api/v1/app", object{}},
		"name of wrong type": {"/api/v1/app", object{"name": 1}},
		"uid with a slash":   {"/api/v1/app", object{"name": "A", "uid": "a/b"}},
		"url without a host": {"/api/v1/app/a/endpoint", object{"url": "http:///x"}},
		"missing payload":    {"/api/v1/app/a/msg", object{"eventType": "a"}},
		"event type, spaces": {"/api/v1/app/a/msg", object{"eventType": "a b", "payload": object{}}},
	} {
		reply := server.Do(t, http.MethodPost, test.path, test.body)
		harness.Equal(t, name+": status", reply.Status, http.StatusUnprocessableEntity)
		var said struct {
			Detail []struct {
				Loc       []string // the Go library reads nothing else
				Msg, Type string
			}
		}
		reply.JSON(t, &said)
		if len(said.Detail) == 0 || len(said.Detail[0].Loc) == 0 || said.Detail[0].Msg == "" || said.Detail[0].Type == "" {
			t.Errorf("%s: the place is not named: %s", name, reply.Body)
		}
	}
}

func TestPathsMayEndInASlash(t *testing.T) {
	t.Parallel()
	server := harness.Start(t)

	created := server.Do(t, http.MethodPost, "/api/v1/app/", object{"name": "A", "uid": "a"})
	listed := server.Do(t, http.MethodGet, "/api/v1/app/", nil)
	published := server.Do(t, http.MethodPost, "/api/v1/app/a/msg/", object{"eventType": "a", "payload": object{}})

	harness.Equal(t, "created", created.Status, http.StatusCreated)
	harness.Equal(t, "listed", listed.Status, http.StatusOK)
	harness.Equal(t, "published", published.Status, http.StatusAccepted)
}
