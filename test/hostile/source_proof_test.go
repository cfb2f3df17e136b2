package hostile_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

const event = `{"id":"evt_1","type":"push","text":"<\u30b9/>"}`

// genuine returns what a source of each provider takes, so that a forgery is refused for what is wrong with it.
func genuine() map[string]webhook {
	gitlab := webhook{body: event, header: map[string]string{"Content-Type": "application/json", "X-Gitlab-Token": senderSecret}}
	return map[string]webhook{
		"github": ofGitHub(senderSecret, event), "slack": ofSlack(senderSecret, stampIn(0), event), "gitlab": gitlab,
		"stripe": ofStripe(senderSecret, "v1", stampIn(0), event),
	}
}

// forgeries returns what sources of each provider must refuse. The first word is the row.
func forgeries() map[string]map[string]webhook {
	good, old, late := genuine(), stampIn(-301*time.Second), stampIn(330*time.Second) // 301 s ahead might be 300 when it arrives
	sha1 := good["github"].with("X-Hub-Signature-256", "").with("X-Hub-Signature", "sha1="+hex256(senderSecret, event)[:40])
	all := map[string]map[string]webhook{
		"github": {
			"S1 none": good["github"].with("X-Hub-Signature-256", ""), "S2 empty": good["github"].with("X-Hub-Signature-256", "sha256="), "S5 SHA-1": sha1,
		},
		"slack": {
			"S1 none": good["slack"].with("X-Slack-Signature", ""), "S2 empty": good["slack"].with("X-Slack-Signature", "v0="),
			"S6 old": ofSlack(senderSecret, old, event), "S7 future": ofSlack(senderSecret, late, event),
		},
		"stripe": {
			"S1 none": good["stripe"].with("Stripe-Signature", ""), "S2 empty": good["stripe"].with("Stripe-Signature", "t="+stampIn(0)+",v1="),
			"S5 v0": ofStripe(senderSecret, "v0", stampIn(0), event), "S6 old": ofStripe(senderSecret, "v1", old, event),
			"S7 future": ofStripe(senderSecret, "v1", late, event),
		},
		"gitlab": {"S17 none": good["gitlab"].with("X-Gitlab-Token", ""), "S17 blank": good["gitlab"].with("X-Gitlab-Token", " ")},
	}
	for _, stamp := range []string{"", "null", "1e9", strings.Repeat("1", 20), "-" + stampIn(0), "0x69a42fc0", stampIn(0)[:5] + " " + stampIn(0)[5:], "NaN"} {
		all["slack"]["S8 "+stamp] = ofSlack(senderSecret, stamp, event)
		all["stripe"]["S8 "+stamp] = ofStripe(senderSecret, "v1", stamp, event)
	}
	for what, body := range rewritten() {
		w := good["github"]
		w.body = body
		all["github"]["S12 "+what] = w
	}
	return all
}

// rewritten returns what proxies and frameworks make of a body on its way.
func rewritten() map[string]string {
	return map[string]string{
		"reordered": `{"type":"push","id":"evt_1","text":"<\u30b9/>"}`, "unescaped": strings.Replace(event, `\u30b9`, "ス", 1),
		"slash": strings.Replace(event, "/", `\/`, 1), "line end": event + "\r\n", "BOM": "\ufeff" + event, "space": strings.Replace(event, ":", ": ", 1),
	}
}

func forgeriesAreRefused(t *testing.T, s *harness.Server) {
	good := genuine()
	for provider, forged := range forgeries() {
		in := newSource(t, s, provider, senderSecret)
		for what, w := range forged {
			in.turnsAway(t, s, fmt.Sprintf("%s, %.40q", provider, what), w, http.StatusUnauthorized)
		}
		in.tookNothing(t, s)

		wanted(t, provider+", the good one", in.try(t, s, good[provider]), http.StatusOK)
		harness.Equal(t, provider+": what it received", in.received(t, s)[0].Body, event)
	}
}

// formsAreReadAsTheirProvidersSay sends a form in two spellings. Slack signs the text of it, Twilio what it says.
func formsAreReadAsTheirProvidersSay(t *testing.T, s *harness.Server) {
	slack, twilio := newSource(t, s, "slack", senderSecret), newSource(t, s, "twilio", senderSecret)
	text := ofSlack(senderSecret, stampIn(0), "text=a+b&empty=&text=c").with("Content-Type", "application/x-www-form-urlencoded")
	fields := ofTwilio(senderSecret, twilio.shown, "Body", "a b")
	for _, body := range []string{"text=a%20b&empty=&text=c", "text=a+b&text=c", "text=a+b&empty&text=c", "text=a+b&text=c&empty="} {
		other := text
		other.body = body
		slack.turnsAway(t, s, body, other, http.StatusUnauthorized)
	}
	slack.tookNothing(t, s)

	wanted(t, "Slack's text", slack.try(t, s, text), http.StatusOK)
	for _, body := range []string{"Body=a+b", "Body=a%20b", "B%6Fdy=a+b", "Body=a+b&Body=a+b"} {
		fields.body = body
		wanted(t, body, twilio.try(t, s, fields), http.StatusOK)
	}
	harness.Equal(t, "webhooks of Twilio", len(twilio.received(t, s)), 1)
	fields.body = "Body=a+b&More="
	twilio.turnsAway(t, s, "another field", fields, http.StatusUnauthorized)
}

func proofsOfOtherSourcesAreRefused(t *testing.T, s *harness.Server) {
	a, b := newSource(t, s, "github", senderSecret), newSource(t, s, "github", "another one")
	w := ofGitHub(senderSecret, event)

	b.turnsAway(t, s, "signed for A, sent to B", w, http.StatusUnauthorized)
	wanted(t, "signed for A, sent to A", a.try(t, s, w), http.StatusOK)

	b.tookNothing(t, s)
}

// addressesAreSignedAsTheyWereGiven has two sources with one secret, as an account with two numbers at Twilio has, and hosts
// that only the request speaks of.
func addressesAreSignedAsTheyWereGiven(t *testing.T, s *harness.Server) {
	a, b := newSource(t, s, "twilio", senderSecret), newSource(t, s, "twilio", senderSecret)
	elsewhere := strings.Replace(a.shown, s.URL, "https://evil.example.com", 1)
	forged := ofTwilio(senderSecret, elsewhere, "A", "1").with("X-Forwarded-Host", "evil.example.com").with("X-Forwarded-Proto", "https")
	forged.host = "evil.example.com"
	proxied := ofTwilio(senderSecret, a.shown, "A", "2").with("X-Forwarded-Proto", "https")
	proxied.host = "10.0.0.7:8071"

	b.turnsAway(t, s, "signed for A, sent to B", ofTwilio(senderSecret, a.shown, "A", "1"), http.StatusUnauthorized)
	a.turnsAway(t, s, "signed for the host that it names", forged, http.StatusUnauthorized)
	b.tookNothing(t, s)
	a.tookNothing(t, s)

	wanted(t, "through a proxy that has a name of its own for the server", a.try(t, s, proxied), http.StatusOK)
}
