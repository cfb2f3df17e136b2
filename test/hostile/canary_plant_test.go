package hostile_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/test/harness"
)

// plant fills every field that takes a secret.
func (a *aviary) plant(t *testing.T) (app string) {
	key := a.know("the idempotency key", "canary-idempotency")
	app = "/api/v1/app/" + idOf(t, a.hear(t, http.MethodPost, "/api/v1/app", object{"name": "T1", "uid": "t1"}, http.StatusCreated, "Idempotency-Key", key))
	endpoint := object{
		"url": "https://canary-user:" + a.know("the password in a URL", "canary-password") + "@example.invalid/", "uid": "ep", "disabled": true,
		"secret":  a.know("the endpoint's key", secretOf("canary endpoint key")),
		"headers": object{"Authorization": "Bearer " + a.know("a header", "canary-header"), "X-Plain": a.know("a header without a telling name", "canary-plain")},
	}
	a.canaries["the credentials as they are sent"] = base64.StdEncoding.EncodeToString([]byte("canary-user:canary-password"))
	a.hear(t, http.MethodPost, app+"/endpoint", endpoint, http.StatusCreated, "Idempotency-Key", key)
	a.hear(t, http.MethodPost, app+"/endpoint", endpoint, http.StatusCreated, "Idempotency-Key", key)
	rotated := object{"key": a.know("the next key", secretOf("canary rotated key"))}
	a.hear(t, http.MethodPost, app+"/endpoint/ep/secret/rotate", rotated, http.StatusNoContent, "Idempotency-Key", key)
	a.hear(t, http.MethodPatch, app+"/endpoint/ep/headers", object{"headers": object{"X-Token": a.know("a header by patch", "canary-patched")}}, http.StatusNoContent)
	shown, _ := do(t, a.Server, http.MethodGet, app+"/endpoint/ep/secret", nil, http.StatusOK).Object(t)["key"].(string)
	harness.Equal(t, "the key that is told on request", shown, rotated["key"].(string))

	access := send(t, a.Server, strings.Replace(app, "/app/", "/auth/app-portal-access/", 1), key, object{})
	token, _ := access.Object(t)["token"].(string)
	a.hear(t, http.MethodGet, app+"/endpoint", nil, http.StatusOK, "Authorization", "Bearer "+a.know("a portal token", token))
	made, _, _ := strings.Cut(command(t, a.Server, "create", "--name", "canary").Stdout, "\n")
	a.hear(t, http.MethodGet, "/api/v1/app", nil, http.StatusOK, "Authorization", "Bearer "+a.know("a server token", made))
	a.hear(t, http.MethodGet, "/api/v1/app", nil, http.StatusOK, "Authorization", "Bearer "+a.know("a JWT", signedJWT()), "Cookie", "s="+a.know("a cookie", "canary-cookie"))
	return app
}

func secretOf(text string) string { return "whsec_" + keyOf(text) }

// signedJWT returns a server token as another server with the same secret would issue it.
func signedJWT() string {
	encode := base64.RawURLEncoding.EncodeToString
	expires := clock.Clock{}.Now().Add(time.Hour).Unix()
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(fmt.Appendf(nil, `{"sub":"org_23rb8YdGqMT0qIzpgGwdXfHirMu","exp":%d}`, expires))
	mac := hmac.New(sha256.New, []byte(canaryJWT))
	_, _ = io.WriteString(mac, text) // a hash does not fail
	return text + "." + encode(mac.Sum(nil))
}

// deliver sends messages to receivers that take them, refuse them, and send back what they got.
func (a *aviary) deliver(t *testing.T, app string) {
	honest := harness.NewReceiver(t)
	refusing := newWire(t, says("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"))
	garbage := newWire(t, saysOnce("not HTTP\r\n\r\n"))
	unasked := newWire(t, saysOnce("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nAuthorization: Bearer canary-header\r\n"))
	for i, url := range []string{honest.URL, refusing.URL, garbage.URL, unasked.URL, "http://127.0.0.2:8999", "https://canary.invalid/"} {
		withUser := strings.Replace(url, "://", "://canary-user:canary-password@", 1)
		a.hear(t, http.MethodPost, app+"/endpoint", object{
			"url": withUser, "uid": fmt.Sprint("to-", i), "secret": secretOf("canary endpoint key"), "headers": object{"X-Token": "canary-header"},
		}, http.StatusCreated)
	}
	a.canaries["the payload"] = "canary-payload"
	message := idOf(t, do(t, a.Server, http.MethodPost, app+"/msg", object{"eventType": "a", "payload": object{"a": "canary-payload"}}, http.StatusAccepted))
	got := honest.Wait(t, 1, harness.Any)[0]
	harness.Equal(t, "sent credentials", got.Header.Get("Authorization"), "Basic "+a.canaries["the credentials as they are sent"])
	for i := 1; i < 6; i++ {
		want := tries
		if i == 3 {
			want = 1
		}
		awaitAttempts(t, a.Server, app, fmt.Sprint("to-", i), want)
		a.hear(t, http.MethodGet, app+"/attempt/endpoint/"+fmt.Sprint("to-", i), nil, http.StatusOK)
	}
	unasked.awaitClosed(t, 1)
	a.hear(t, http.MethodGet, app+"/msg/"+message+"/endpoint", nil, http.StatusOK)
}

// err makes the mistakes that people make with secrets in their hands.
func (a *aviary) err(t *testing.T, app string) {
	post, put, ep := http.MethodPost, http.MethodPut, app+"/endpoint/ep"
	a.hear(t, http.MethodGet, "/api/v1/app", nil, http.StatusUnauthorized, "Authorization", "Bearer "+a.know("a wrong token", "canary-wrong-token"))
	a.hear(t, http.MethodGet, "/api/v1/app", nil, http.StatusUnauthorized, "Authorization", "Basic "+a.know("basic credentials", "Y2FuYXJ5OmNhbmFyeQ=="))
	a.hear(t, http.MethodGet, "/api/v1/app", nil, http.StatusUnauthorized, "Authorization", "Bearer "+a.canaries["a JWT"]+"x")
	a.hear(t, http.MethodGet, "/metrics", nil, http.StatusUnauthorized, "Authorization", "Bearer canary-wrong-token")
	a.hear(t, http.MethodGet, "/api/v1/nothing?token="+a.know("a token in a query", "canary-query"), nil, http.StatusNotFound)
	a.hear(t, http.MethodGet, app+"/msg?limit=canary-query", nil, http.StatusUnprocessableEntity)
	a.hear(t, http.MethodGet, app+"/msg?iterator=canary-query", nil, http.StatusUnprocessableEntity)
	a.hear(t, post, "/api/v1/app", object{"name": "other"}, http.StatusConflict, "Idempotency-Key", "canary-idempotency")
	a.hear(t, post, app+"/msg", object{"eventType": "a", "payload": "canary-payload"}, http.StatusUnprocessableEntity)
	a.hear(t, post, app+"/msg", `{"eventType":"a","payload":{"a":"canary-payload"`, http.StatusBadRequest)
	a.hear(t, post, app+"/msg", strings.Repeat("canary-payload", 100_000), http.StatusRequestEntityTooLarge)
	a.hear(t, post, app+"/endpoint", `{"url":"https://u:canary-password@example.com","secret":"canary-header`, http.StatusBadRequest)
	a.hear(t, put, ep+"/headers", object{"headers": object{"X-Token": "canary-header\r\n"}}, http.StatusUnprocessableEntity)
	a.hear(t, put, ep+"/headers", object{"headers": object{"X-Token": []string{"canary-header"}}}, http.StatusUnprocessableEntity)
	a.hear(t, put, ep+"/headers", object{"headers": "canary-header"}, http.StatusUnprocessableEntity)
	for _, url := range []any{"https://u:canary-password@127.0.0.1:99999/", "https://u:canary-password@10.0.0.1/", "ftp://u:canary-password@example.com", "https://u:canary-password@exa mple.com", []string{"https://u:canary-password@example.com"}} {
		a.hear(t, post, app+"/endpoint", object{"url": url}, http.StatusUnprocessableEntity)
		a.hear(t, http.MethodPatch, ep, object{"url": url}, http.StatusUnprocessableEntity)
	}
	for _, secret := range []any{"canary-header", "whsec_canary-header", a.canaries["the next key"] + "!", []string{"canary-header"}, strings.Repeat("canary-header", 20)} {
		a.hear(t, post, app+"/endpoint", object{"url": "https://example.com", "secret": secret}, http.StatusUnprocessableEntity)
		a.hear(t, post, ep+"/secret/rotate", object{"key": secret}, http.StatusUnprocessableEntity)
	}
	schema := object{"name": "strict", "description": "d", "schemas": object{"1": object{"type": "object", "properties": object{"a": object{"type": "integer"}}}}}
	a.hear(t, post, "/api/v1/event-type", schema, http.StatusCreated)
}
