package hostile_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/test/harness"
)

// as sends a request with another token than the admin's; "" sends none.
func as(t *testing.T, s *harness.Server, token, method, path string, body any) harness.Reply {
	t.Helper()
	request := s.Request(t, method, path, body)
	request.Header.Del("Authorization")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return s.Send(t, request)
}

// portalToken makes a token of one application for its customers.
func portalToken(t *testing.T, s *harness.Server, app string) string {
	t.Helper()
	reply := do(t, s, http.MethodPost, strings.Replace(app, "/app/", "/auth/app-portal-access/", 1), object{}, http.StatusOK)
	token, _ := reply.Object(t)["token"].(string)
	return token
}

// command runs a token command on the server's data.
func command(t *testing.T, s *harness.Server, args ...string) harness.Result {
	t.Helper()
	result := harness.Run(t, s.Database, append([]string{"token"}, args...)...)
	if result.Code != 0 {
		t.Fatalf("token %v: exit code %d\n%s", args, result.Code, result.Stderr)
	}
	return result
}

func TestTokensOpenNoMoreThanTheyShould(t *testing.T) {
	t.Parallel()
	s := harness.Start(t)
	pid := s.PID()

	rows(t, s, map[string]func(*testing.T, *harness.Server){
		"W10 portal and application tokens":   smallTokensReachLittle,
		"W11 revoked token":                   revokedTokenIsRefusedSoon,
		"W13 secrets are shown once":          secretsAreNotListed,
		"W14 secrets in headers":              secretHeadersAreHidden,
		"W15 an endpoint that a portal moves": secretsStayWithTheirOrigin,
		"T2 numbers and profiles":             debugIsForAdmins,
	})

	survived(t, s, pid)
}

func smallTokensReachLittle(t *testing.T, s *harness.Server) {
	own, other := newApplication(t, s), newApplication(t, s)
	message := publish(t, s, own)
	portal := portalToken(t, s, own)
	application := strings.TrimSpace(command(t, s, "create", "--name", "small", "--scope", "application", "--application", own[len("/api/v1/app/"):]).Stdout)

	harness.Equal(t, "portal token at home", as(t, s, portal, http.MethodGet, own+"/endpoint", nil).Status, http.StatusOK)
	harness.Equal(t, "application token at home", as(t, s, application, http.MethodGet, own+"/msg", nil).Status, http.StatusOK)
	body := object{"eventType": "a", "payload": object{}}
	for request, want := range map[string]int{
		"GET /api/v1/app": http.StatusForbidden, "POST /api/v1/app": http.StatusForbidden, "DELETE " + own: http.StatusForbidden,
		"POST /api/v1/event-type": http.StatusForbidden, "GET " + other: http.StatusNotFound, "GET " + other + "/endpoint": http.StatusNotFound,
		"DELETE " + other: http.StatusNotFound, "POST " + other + "/msg": http.StatusNotFound, "GET " + other + "/msg/" + message: http.StatusNotFound,
		"GET " + other + "/attempt/msg/" + message: http.StatusNotFound,
	} {
		method, path, _ := strings.Cut(request, " ")
		failure(t, request+" as portal", as(t, s, portal, method, path, body), want)
		failure(t, request+" as application", as(t, s, application, method, path, body), want)
	}
	for _, request := range []string{
		"POST " + own + "/msg", "PATCH " + own, "POST " + strings.Replace(own, "/app/", "/auth/app-portal-access/", 1), "DELETE " + own + "/msg/" + message + "/content",
	} {
		method, path, _ := strings.Cut(request, " ")
		failure(t, request+" as portal", as(t, s, portal, method, path, object{}), http.StatusForbidden)
	}
}

func revokedTokenIsRefusedSoon(t *testing.T, s *harness.Server) {
	created := command(t, s, "create", "--name", "short")
	token, _, _ := strings.Cut(created.Stdout, "\n")
	id, _, _ := strings.Cut(strings.TrimPrefix(created.Stderr, "Token "), " ")
	harness.Equal(t, "before", as(t, s, token, http.MethodGet, "/api/v1/app", nil).Status, http.StatusOK)

	command(t, s, "revoke", id)
	revoked := clock.Clock{}.Now()
	harness.Eventually(t, "the token is refused", func() bool {
		return as(t, s, token, http.MethodGet, "/api/v1/app", nil).Status == http.StatusUnauthorized
	})

	if took := (clock.Clock{}).Now().Sub(revoked); took > 5*time.Second {
		t.Errorf("the server believed the token for %s", took)
	}
	app := newApplication(t, s)
	portal := portalToken(t, s, app)
	wanted(t, "log out", as(t, s, portal, http.MethodPost, "/api/v1/auth/logout", nil), http.StatusNoContent)
	failure(t, "after the log-out", as(t, s, portal, http.MethodGet, app, nil), http.StatusUnauthorized)
}

func secretsAreNotListed(t *testing.T, s *harness.Server) {
	app := newApplication(t, s)
	created := do(t, s, http.MethodPost, app+"/endpoint", object{"url": "http://127.0.0.1:9000"}, http.StatusCreated)
	endpoint := app + "/endpoint/" + idOf(t, created)
	first, _ := do(t, s, http.MethodGet, endpoint+"/secret", nil, http.StatusOK).Object(t)["key"].(string)
	do(t, s, http.MethodPost, endpoint+"/secret/rotate", object{}, http.StatusNoContent)
	second, _ := do(t, s, http.MethodGet, endpoint+"/secret", nil, http.StatusOK).Object(t)["key"].(string)

	if !strings.HasPrefix(first, "whsec_") || first == second {
		t.Errorf("the key did not change: %t", first == second)
	}
	all := string(created.Body) + string(do(t, s, http.MethodGet, endpoint, nil, http.StatusOK).Body) +
		string(do(t, s, http.MethodGet, app+"/endpoint", nil, http.StatusOK).Body) +
		string(do(t, s, http.MethodPatch, endpoint, object{"description": "d"}, http.StatusOK).Body)
	if strings.Contains(all, "whsec_") {
		t.Errorf("a key is in %s", all)
	}
}

// secretsStayWithTheirOrigin moves an endpoint with a portal token to a receiver on another port, by PATCH and by PUT.
func secretsStayWithTheirOrigin(t *testing.T, s *harness.Server) {
	for _, method := range []string{http.MethodPatch, http.MethodPut} {
		app, receiver := newApplication(t, s), harness.NewReceiver(t)
		token := portalToken(t, s, app)
		endpoint := app + "/endpoint/" + idOf(t, do(t, s, http.MethodPost, app+"/endpoint", object{
			"url": "http://user:password@127.0.0.1:9000/", "headers": object{"X-Api-Key": "secret", "X-Plain": "1"},
		}, http.StatusCreated))

		moved := wanted(t, method, as(t, s, token, method, endpoint, object{"url": receiver.URL}), http.StatusOK)
		message := publish(t, s, app)

		harness.Equal(t, "dropped", moved.Object(t)["droppedHeaders"], any([]any{"X-Api-Key"}))
		got := receiver.Wait(t, 1, harness.Of(message))[0].Header
		if got.Get("X-Api-Key") != "" || got.Get("Authorization") != "" || got.Get("X-Plain") != "1" {
			t.Errorf("%s: sent %v", method, got)
		}
	}
}

func secretHeadersAreHidden(t *testing.T, s *harness.Server) {
	app, receiver := newApplication(t, s), harness.NewReceiver(t)
	receiver.AnswerStatus(http.StatusTeapot)
	secrets := object{"Authorization": "Bearer hunter2", "X-Api-Key": "hunter2", "Cookie": "s=hunter2", "X-Auth-Token": "hunter2", "X-Plain": "shown"}
	created := do(t, s, http.MethodPost, app+"/endpoint", object{"url": receiver.URL, "headers": secrets}, http.StatusCreated)
	endpoint := idOf(t, created)
	message := publish(t, s, app)
	arrived := receiver.Wait(t, 1, harness.Any)[0]
	awaitAttempts(t, s, app, endpoint, 1)
	portal := portalToken(t, s, app)

	shown := as(t, s, portal, http.MethodGet, app+"/endpoint/"+endpoint+"/headers", nil)
	all := string(created.Body) + string(shown.Body)
	for _, path := range []string{"/attempt/endpoint/" + endpoint, "/attempt/msg/" + message, "/msg/" + message + "/endpoint", "/endpoint/" + endpoint} {
		all += string(wanted(t, path, as(t, s, portal, http.MethodGet, app+path, nil), http.StatusOK).Body)
	}

	harness.Equal(t, "sent", arrived.Header.Get("Authorization"), "Bearer hunter2")
	if strings.Contains(all, "hunter2") || !strings.Contains(string(shown.Body), `"X-Plain":"shown"`) {
		t.Errorf("got %s", all)
	}
}

func debugIsForAdmins(t *testing.T, s *harness.Server) {
	portal := portalToken(t, s, newApplication(t, s))
	for _, path := range []string{"/metrics", "/debug/pprof/heap", "/debug/pprof/goroutine", "/debug/pprof/", "/debug/pprof/cmdline", "/debug/", "/debug", "/debug/vars"} {
		for who, token := range map[string]string{"nobody": "", "somebody": "ph_somebody_0000000000000000001"} {
			failure(t, path+" for "+who, as(t, s, token, http.MethodGet, path, nil), http.StatusUnauthorized)
		}
		failure(t, path+" for a portal", as(t, s, portal, http.MethodGet, path, nil), http.StatusForbidden)
	}
	for _, path := range []string{"/metrics", "/debug/pprof/heap"} {
		do(t, s, http.MethodGet, path, nil, http.StatusOK)
	}
	do(t, s, http.MethodGet, "/debug/pprof/cmdline", nil, http.StatusNotFound)
}
