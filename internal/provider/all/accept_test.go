package all_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// What senders document is accepted. Each test here is one kind of request, sent by every provider that it can come from.

func TestStandardWebhooksSecretsOfAnyLengthAreAccepted(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		if !strings.HasPrefix(s.facts(t).Family, "Standard Webhooks") || !strings.HasPrefix(s.secret, "whsec_") {
			continue
		}
		for _, bytes := range []int{1, 16, 23, 24, 64, 100, 512} {
			key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", bytes)))
			for _, secret := range []string{"whsec_" + key, key, "v1,whsec_" + key} {
				c := s.signed(key, s.stampAt(t, noon()))
				c.Secrets = []provider.Secret{provider.Secret(secret)}
				if err := s.declared(t).Setup(c.Secrets, s.options); err != nil {
					t.Errorf("%s: secret of %d bytes: %v", s.name(), bytes, err)
				}
				if _, err := s.declared(t).Judge(t.Context(), c); err != nil {
					t.Errorf("%s: secret of %d bytes: %v", s.name(), bytes, err)
				}
			}
		}
	}
}

// A shared secret is what the sender chose. That others are long is no reason to refuse a short one.
func TestSharedSecretsOfAnyLengthAreAccepted(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		if !strings.HasPrefix(s.facts(t).Family, "HMAC") || s.provider == "braintree" { // two keys with a colon between them
			continue
		}
		secret, ok := map[string]string{"adyen": "4b", "airtable": "aw=="}[s.provider]
		if !ok {
			secret = "s"
		}
		if s.options["key"] != "" { // its samples have keys in several forms
			continue
		}
		c := s.signed(secret, s.stampAt(t, noon()))
		c.Secrets = []provider.Secret{provider.Secret(secret)}
		if err := s.declared(t).Setup(c.Secrets, s.options); err != nil {
			t.Errorf("%s: %v", s.name(), err)
		}
		if _, err := s.declared(t).Judge(t.Context(), c); err != nil {
			t.Errorf("%s: secret of one byte: %v", s.name(), err)
		}
	}
}

// Some providers send seconds from one product and milliseconds from another. A specification that says seconds, and
// tokens, mean seconds alone.
func TestSignedTimesInSecondsAndInMillisecondsAreAccepted(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		f := s.facts(t)
		fixed := strings.HasPrefix(f.Family, "JWT") || strings.HasPrefix(f.Family, "Standard Webhooks")
		if !f.Timed || fixed || f.Stamp.Unit == provider.RFC3339 || f.Stamp.Unit == provider.RFC2822 {
			continue
		}
		for unit, stamp := range map[string]func(time.Time) int64{"seconds": time.Time.Unix, "milliseconds": time.Time.UnixMilli} {
			at := func(moment time.Time) *provider.Check {
				return s.signed(s.secret, strconv.FormatInt(stamp(moment), 10))
			}
			if got, err := s.declared(t).Judge(t.Context(), at(noon())); err != nil || !got.Stamp.Equal(noon()) {
				t.Errorf("%s: %s: signed at %s, %v", s.name(), unit, got.Stamp, err)
			}
			if _, err := s.declared(t).Judge(t.Context(), at(noon().Add(-10*24*time.Hour))); !errors.Is(err, provider.TooOld) {
				t.Errorf("%s: ten days ago in %s: %v", s.name(), unit, err)
			}
		}
	}
}

// bodiless returns a sample of each provider that documents requests without a body, and signs the address.
func bodiless() []sample {
	v3, twilio := hubspotV3Sample(), twilioSample()
	v3.sign = func(g signing) {
		g.Header.Set("X-Hubspot-Request-Timestamp", g.stamp)
		g.Header.Set("X-Hubspot-Signature-V3", base256(g.secret, g.Method, g.URL(), g.stamp))
	}
	twilio.sign = func(g signing) { g.Header.Set("X-Twilio-Signature", base1(g.secret, g.URL())) }
	list := []sample{hubspotV2Sample(), v3, twilio, zendeskSample(), freshdeskSample()}
	for i := range list {
		list[i].method, list[i].body, list[i].query = http.MethodGet, "", "object=1"
	}
	return list
}

func TestSignedRequestsWithoutBodyAreAccepted(t *testing.T) {
	t.Parallel()

	for _, s := range bodiless() {
		c := s.good(t)
		c.Request.Header.Del("Content-Type")
		if _, err := s.declared(t).Judge(t.Context(), c); err != nil {
			t.Errorf("%s: %v", s.name(), err)
		}
	}
}

// The hash of version 1 covers the body alone: without one, it would be the same for every request.
func TestHubSpotV1RequestsWithoutBodyAreRefused(t *testing.T) {
	t.Parallel()
	s := hubspotV1Sample()
	s.method, s.body = http.MethodGet, ""

	if got, err := s.declared(t).Judge(t.Context(), s.good(t)); err == nil {
		t.Errorf("accepted: %+v", got)
	}
}

// Two requests without a body are two events unless what is signed is the same.
func TestRequestsWithoutBodyAreToldApartByWhatIsSigned(t *testing.T) {
	t.Parallel()

	for _, s := range bodiless() {
		if len(s.facts(t).Signs) == 0 {
			continue
		}
		one := judged(t, s.declared(t), s.good(t))
		again := judged(t, s.declared(t), s.good(t))
		s.query = "object=2"
		other := judged(t, s.declared(t), s.signed(s.secret, s.stampAt(t, noon().Add(time.Second))))

		if one.Key != again.Key || one.Key == other.Key || one.Key == "" {
			t.Errorf("%s: keys %q, %q, %q", s.name(), one.Key, again.Key, other.Key)
		}
	}
}

func TestRightlySignedBodiesThatAreNoJSONAreAccepted(t *testing.T) {
	t.Parallel()
	structured := map[string]string{
		"adyen/standard": "the signatures stand inside the JSON",
		"aws-sns":        "the signature stands inside the JSON",
		"braintree":      "the signature stands in the form",
		"orum-io":        "a part of the signed text stands inside the JSON",
		"linear":         "the signed time stands inside the JSON",
		"mailgun":        "the signature stands inside the JSON or the form",
		"mailchimp":      "the signed text is made of the form",
		"twilio":         "the signed text is made of the form, or a digest in the query",
		"wix":            "the body is the token",
	}

	for _, s := range samples() {
		_, exempt := structured[s.provider]
		_, variant := structured[s.name()]
		if exempt || variant || !s.facts(t).Covers(provider.Body()) {
			continue
		}
		for _, body := range []string{"status: ok", "[1,", "<a/>", "\xff\xfe"} {
			s.body = body
			if _, err := s.declared(t).Judge(t.Context(), s.good(t)); err != nil {
				t.Errorf("%s: body %q: %v", s.name(), body, err)
			}
		}
	}
}

func TestTailscaleRequestsMayBeAsOldAsTheSourceSays(t *testing.T) {
	t.Parallel()
	s := tailscaleSample()
	late := s.stampAt(t, noon().Add(-9*time.Minute))

	_, refused := s.declared(t).Judge(t.Context(), s.signed(s.secret, late))
	s.options = provider.Options{"tolerance_seconds": "600"}
	_, accepted := s.declared(t).Judge(t.Context(), s.signed(s.secret, late))

	if !errors.Is(refused, provider.TooOld) || accepted != nil {
		t.Errorf("%v, %v", refused, accepted)
	}
	for _, odd := range []string{"-1", "86401", "1.5", "a"} {
		if s.declared(t).Setup(nil, provider.Options{"tolerance_seconds": odd}) == nil {
			t.Errorf("%s is accepted", odd)
		}
	}
}
