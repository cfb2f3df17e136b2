package all_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func hubspotSample(version string) sample {
	return sample{
		provider: "hubspot", options: provider.Options{"version": version},
		secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", foreign: "zzzzzzzz-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
		body: `[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0}]`,
		id:   "[1] [12345] [1564113600000]", kind: "contact.creation",
	}
}

func hubspotV1Sample() sample {
	s := hubspotSample("v1")
	s.sign = func(g signing) { g.Header.Set("X-Hubspot-Signature", plain256(g.secret, g.text())) }
	return s
}

func hubspotV2Sample() sample {
	s := hubspotSample("v2")
	s.sign = func(g signing) {
		g.Header.Set("X-Hubspot-Signature", plain256(g.secret, g.Method, g.URL(), g.text()))
	}
	return s
}

func hubspotV3Sample() sample {
	s := hubspotSample("v3")
	s.query = "a=%40b%2Fc%20d"
	s.sign = func(g signing) {
		g.Header.Set("X-Hubspot-Request-Timestamp", g.stamp)
		asked := ""
		if g.Query != "" {
			asked = "?a=@b/c%20d"
		}
		g.Header.Set("X-Hubspot-Signature-V3", base256(g.secret, g.Method, g.PublicURL, asked, g.text(), g.stamp))
		g.Header.Set("X-Hubspot-Signature", plain256(g.secret, g.text()))
	}
	return s
}

func plain256(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// S5: every request carries an older signature too; where v3 is expected, nothing less will do.
func TestHubSpotV3SourceDoesNotTakeV1(t *testing.T) {
	t.Parallel()
	s := hubspotV3Sample()
	c := s.good(t)
	c.Request.Header.Del("X-HubSpot-Signature-v3")

	if _, err := s.declared(t).Judge(t.Context(), c); err == nil {
		t.Error("accepted")
	}
}

// C62: the attempt's number is part of the body and changes with every attempt.
func TestHubSpotRetryIsTheSameEvent(t *testing.T) {
	t.Parallel()
	s := hubspotV1Sample()
	again := s
	again.body = s.body[:len(s.body)-3] + "1}]"

	a, err := s.declared(t).Judge(t.Context(), s.good(t))
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.declared(t).Judge(t.Context(), again.good(t))
	if err != nil {
		t.Fatal(err)
	}

	if s.body == again.body || a.Key != b.Key {
		t.Errorf("%q, %q", a.Key, b.Key)
	}
}
