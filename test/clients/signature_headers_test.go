package clients_test

import (
	"net/http"
	"testing"

	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/signature"
	"github.com/posthorn/posthorn/test/harness"
)

// TestSignatureHeadersHaveTheNamesOfTheSetting verifies what arrives with a library that reads svix-* first, and, where
// those are all there is, as one that reads nothing else.
func TestSignatureHeadersHaveTheNamesOfTheSetting(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]struct{ webhook, svix bool }{
		"webhook": {webhook: true}, "svix": {svix: true}, "both": {webhook: true, svix: true},
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			j := start(t, "POSTHORN_SIGNATURE_HEADERS="+setting)
			j.app("acme")
			endpoint := j.endpoint("acme", "/hook")
			message := j.publish("acme", "user.created")

			arrival := j.receiver.Wait(t, 1, func(a harness.Arrival) bool { return a.Path == "/hook" })[0]

			for name, there := range map[string]bool{
				signature.HeaderID: want.webhook, signature.HeaderTimestamp: want.webhook, signature.HeaderSignature: want.webhook,
				signature.SvixHeaderID: want.svix, signature.SvixHeaderTimestamp: want.svix, signature.SvixHeaderSignature: want.svix,
			} {
				harness.Equal(t, name+" is sent", arrival.Header.Get(name) != "", there)
			}
			if want.svix {
				harness.Equal(t, "svix-id", arrival.Header.Get(signature.SvixHeaderID), message.Id)
			}
			webhook, err := svix.NewWebhook(j.secret("acme", endpoint.Id))
			harness.Check(t, err)
			harness.Check(t, webhook.Verify(arrival.Body, arrival.Header))
			harness.Check(t, webhook.Verify(arrival.Body, withoutOf(arrival.Header, want.svix)))
		})
	}
}

// withoutOf returns the headers without those of Standard Webhooks if svix ones are to be enough.
func withoutOf(header http.Header, svixAlone bool) http.Header {
	header = header.Clone()
	if svixAlone {
		header.Del(signature.HeaderID)
		header.Del(signature.HeaderTimestamp)
		header.Del(signature.HeaderSignature)
	}
	return header
}
