package all_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

const adyenKey = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"

func adyenSample() sample {
	return sample{
		provider: "adyen", options: provider.Options{"kind": "standard"}, secret: adyenKey, foreign: strings.Repeat("A1", 32),
		body: `{"live":"false","notificationItems":[` + adyenBody("7914073381342284", "1130") + `]}`,
		sign: func(s signing) {
			key, _ := hex.DecodeString(s.secret)
			for _, ref := range []string{"7914073381342284", "7914073381342285"} {
				proof := base256(string(key), ref, "::TestMerchant:Order-1:1130:EUR:AUTHORISATION:true")
				s.Body = []byte(strings.Replace(s.text(), `"to be signed `+ref+`"`, quote(proof), 1))
			}
		},
		id: "7914073381342284:AUTHORISATION:true", kind: "AUTHORISATION",
	}
}

func adyenBody(ref, value string) string {
	return `{"NotificationRequestItem":{"additionalData":{"hmacSignature":"to be signed ` + ref + `"},"amount":{"value":` + value +
		`,"currency":"EUR"},"pspReference":"` + ref + `","eventCode":"AUTHORISATION","eventDate":"2026-03-01T11:59:58+01:00",` +
		`"merchantAccountCode":"TestMerchant","merchantReference":"Order-1","success":"true"}}`
}

func adyenPlatformSample() sample {
	s := adyenSample()
	s.options = provider.Options{"kind": "platform"}
	s.body = `{"data":{"id":"EVJN1"},"type":"balancePlatform.payment.created"}`
	s.sign = func(g signing) {
		key, _ := hex.DecodeString(g.secret)
		g.Header.Set("HmacSignature", base256(string(key), g.text()))
	}
	s.id, s.kind = digestOf(s.body), "balancePlatform.payment.created"
	return s
}

// Items are signed one by one, so each of them has to be looked at.
func TestAdyenVerifiesEveryItem(t *testing.T) {
	t.Parallel()
	s := adyenSample()
	p := s.declared(t)
	first := adyenBody("7914073381342284", "1130")
	s.body = `{"notificationItems":[` + first + `,` + adyenBody("7914073381342285", "1130") + `]}`
	forged := s
	forged.body = `{"notificationItems":[` + first + `,` + adyenBody("7914073381342285", "999999") + `]}`
	none := s
	none.body = `{"notificationItems":[]}`

	if _, err := p.Judge(t.Context(), s.good(t)); err != nil {
		t.Errorf("two signed items: %v", err)
	}
	if _, err := p.Judge(t.Context(), forged.good(t)); !errors.Is(err, provider.NoMatch) {
		t.Errorf("a forged second item: %v", err)
	}
	if _, err := p.Judge(t.Context(), none.good(t)); !errors.Is(err, provider.Malformed) {
		t.Errorf("no item: %v", err)
	}
}

// Batches that begin alike are different ones if they go on differently.
func TestAdyenIDIsThatOfEveryItem(t *testing.T) {
	t.Parallel()
	s := adyenSample()
	p := s.declared(t)
	first, later := adyenBody("7914073381342284", "1130"), adyenBody("7914073381342285", "1130")
	s.body = `{"notificationItems":[` + first + `,` + later + `]}`

	got, err := p.Judge(t.Context(), s.good(t))

	if err != nil || got.ID != "7914073381342284:AUTHORISATION:true,7914073381342285:AUTHORISATION:true" {
		t.Errorf("got %q, %v", got.ID, err)
	}
}

// data.id is that of the transfer, which is the same in every update of it.
func TestAdyenUpdatesOfOneTransferAreSeveralEvents(t *testing.T) {
	t.Parallel()
	s := adyenPlatformSample()
	p := s.declared(t)
	update := func(status string) string {
		s.body = `{"data":{"id":"3JNC3","status":"` + status + `"},"type":"balancePlatform.transfer.updated"}`
		return judged(t, p, s.good(t)).Key
	}

	if first, second, again := update("authorised"), update("booked"), update("authorised"); first == second || first != again {
		t.Errorf("got %q, %q and %q", first, second, again)
	}
}

// The signature is over values: one that is signed could be followed by one that is not, for the next reader to find.
func TestAdyenRefusesASecondFieldOfTheSameName(t *testing.T) {
	t.Parallel()
	s := adyenSample()
	p := s.declared(t)
	genuine := s.body

	for name, c := range map[string]struct{ old, replaced string }{
		"value":              {`"currency":"EUR"`, `"currency":"EUR","value":1`},
		"value, in capitals": {`"currency":"EUR"`, `"currency":"EUR","Value":1`},
		"amount":             {`"success":"true"`, `"success":"true","amount":{"value":1,"currency":"EUR"}`},
		"escaped":            {`"success":"true"`, `"success":"true","\u0061mount":{"value":1,"currency":"EUR"}`},
		"reference":          {`"success":"true"`, `"success":"true","merchantReference":"Order-2"`},
		"item":               {`"success":"true"}`, `"success":"true"},"notificationRequestItem":{"success":"false"}`},
		"items":              {`{"live":"false"`, `{"NotificationItems":[],"live":"false"`},
		"one left out":       {`"success":"true"`, `"success":"true","OriginalReference":"another"`},
	} {
		s.body = strings.Replace(genuine, c.old, c.replaced, 1)
		if got, err := p.Judge(t.Context(), s.good(t)); !errors.Is(err, provider.Repeated) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// What a merchant adds may be named as he likes.
func TestAdyenTakesAdditionalDataOfAnyName(t *testing.T) {
	t.Parallel()
	s := adyenSample()
	s.body = strings.Replace(s.body, `"additionalData":{`, `"additionalData":{"metadata.größe":"L","value":"1","Value":"2",`, 1)

	judged(t, s.declared(t), s.good(t))
}
