package hostile_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// secretsInAnswersAreNotKept has a receiver that answers with the headers that it got: as JSON, in base64, in a header,
// and so that the end of what is kept of a body is in the middle of a secret.
func secretsInAnswersAreNotKept(t *testing.T, s *harness.Server) {
	app, receiver := newApplication(t, s), harness.NewReceiver(t)
	const secret, kept = "value-of-a-secret-header", 16 << 10
	receiver.Answer(func(got harness.Arrival) harness.Answer {
		echo, _ := json.Marshal(got.Header)
		body := map[string][]byte{
			"/json": echo, "/base64": []byte(base64.StdEncoding.EncodeToString(echo)),
			"/cut": []byte(strings.Repeat(".", kept-len(secret)/2) + got.Header.Get("X-Api-Key")),
		}[got.Path]
		return harness.Answer{Status: http.StatusFound, Body: body, Header: map[string]string{"Location": "https://example.com/?" + got.Header.Get("X-Api-Key")}}
	})
	token := portalToken(t, s, app)
	for _, path := range []string{"/json", "/base64", "/cut"} {
		endpoint := idOf(t, do(t, s, http.MethodPost, app+"/endpoint", object{
			"url":     strings.Replace(receiver.URL, "://", "://user:password-of-the-url@", 1) + path,
			"headers": object{"X-Api-Key": secret},
		}, http.StatusCreated))
		publish(t, s, app)
		awaitAttempts(t, s, app, endpoint, 1)

		shown := string(as(t, s, token, http.MethodGet, app+"/attempt/endpoint/"+endpoint, nil).Body)

		sent := receiver.Wait(t, 1, harness.To(path))[0].Header
		_, signature, _ := strings.Cut(sent.Get("Webhook-Signature"), ",")
		for _, value := range []string{secret, secret[:8], "password-of-the-url", sent.Get("Authorization"), signature} {
			for _, form := range []string{value, base64.StdEncoding.EncodeToString([]byte(value))[2:10]} {
				if strings.Contains(shown, form) {
					t.Errorf("%s: %q is in what a portal shows: %.2000s", path, form, shown)
				}
			}
		}
		if !strings.Contains(shown, "[redacted]") {
			t.Errorf("%s: nothing is redacted in %.2000s", path, shown)
		}
	}
}
