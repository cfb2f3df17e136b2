package hostile_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// sourcesWithoutASecretTakeNothing tries what a check against nothing would believe: no proof, an empty one, and one made
// with the empty secret.
func sourcesWithoutASecretTakeNothing(t *testing.T, s *harness.Server) {
	for provider, w := range map[string]webhook{
		"github": ofGitHub("", event), "slack": ofSlack("", stampIn(0), event), "stripe": ofStripe("", "v1", stampIn(0), event),
		"gitlab": genuine()["gitlab"].with("X-Gitlab-Token", ""), "standard-webhooks": {body: event}, "api-key": {body: event}, "basic": {body: event},
		"hmac": webhook{body: event}.with("X-Signature", hex256("", event)),
	} {
		in := newSource(t, s, provider)

		in.turnsAway(t, s, provider+" signed with nothing", w, http.StatusUnauthorized)
		in.turnsAway(t, s, provider+" unsigned", webhook{body: event, header: map[string]string{"Content-Type": "application/json"}}, http.StatusUnauthorized)

		in.tookNothing(t, s)
	}
	in := newSource(t, s, "github", senderSecret)
	do(t, s, http.MethodPatch, in.path, object{"secrets": []string{}}, http.StatusOK)
	in.turnsAway(t, s, "its secrets were taken away", ofGitHub(senderSecret, event), http.StatusUnauthorized)
	in.tookNothing(t, s)
}

// blankSecretsAreRefused tries every way in, and sees that the secret that there was still counts.
func blankSecretsAreRefused(t *testing.T, s *harness.Server) {
	in := newSource(t, s, "github", senderSecret)
	for _, blank := range []string{"", " ", "\t\r\n", "\u00a0\u2003"} {
		what, body := fmt.Sprintf("%q", blank), object{"name": "n", "provider": "github", "secrets": []string{senderSecret, blank}}
		refusal(t, what, s.Do(t, http.MethodPost, sourcesAt, body), "secrets")
		refusal(t, what, s.Do(t, http.MethodPut, in.path, body), "secrets")
		refusal(t, what, s.Do(t, http.MethodPatch, in.path, object{"secrets": []string{blank}}), "secrets")
		refusal(t, what, s.Do(t, http.MethodPost, in.path+"/secret/rotate", object{"secret": blank, "gracePeriodSeconds": 0}), "secret")
		in.turnsAway(t, s, what, ofGitHub(blank, event), http.StatusUnauthorized)
	}
	in.tookNothing(t, s)

	wanted(t, "the secret that there was", in.try(t, s, ofGitHub(senderSecret, event)), http.StatusOK)
}

// unknownProvidersAreRefused sees that a source with a provider cannot become one without.
func unknownProvidersAreRefused(t *testing.T, s *harness.Server) {
	in := newSource(t, s, "github", senderSecret)
	for _, provider := range []string{"", "nobody", "None", "NONE", " none", "none ", "none\x00", "github,none", "../none", "null"} {
		what, body := fmt.Sprintf("%q", provider), object{"name": "n", "provider": provider}
		refusal(t, what, s.Do(t, http.MethodPost, sourcesAt, body), "provider")
		refusal(t, what, s.Do(t, http.MethodPut, in.path, body), "provider")
		refusal(t, what, s.Do(t, http.MethodPut, sourcesAt+"/nobody", body), "provider")
	}
	refusal(t, "by patch", s.Do(t, http.MethodPatch, in.path, object{"provider": "none"}), "provider")
	failure(t, "made on the way", s.Do(t, http.MethodGet, sourcesAt+"/nobody", nil), http.StatusNotFound)

	in.turnsAway(t, s, "unsigned", ofGitHub("", event), http.StatusUnauthorized)
	in.tookNothing(t, s)
}
