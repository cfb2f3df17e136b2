package all

import (
	"hash/crc32"
	"strconv"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// paypal signs transmission id, time, the webhook's id and a CRC-32 of the body with a key whose certificate it names
// in a header. A CRC-32 is no digest: whoever has one signed transmission can write another body for it. Nothing but
// asking PayPal's API closes that gap, so what a webhook says about money should be looked up there.
//
// Repeated attempts may carry the time of the first one and go on for three days; that they do is not checked, so
// the age is allowed rather than real webhooks lost.
func paypal() provider.Provider {
	const retried = 4 * 24 * time.Hour
	return provider.Provider{
		Name: "paypal", Title: "PayPal",
		Pages: []provider.Page{
			{Title: "Integrate webhooks", URL: "https://developer.paypal.com/api/rest/webhooks/rest"},
			{Title: "Verify webhook signature", URL: "https://developer.paypal.com/api/webhooks/v1/verify-webhook-signature-post"},
		},
		Note: "There is no shared secret; the certificate is fetched from PayPal. The signature covers only a checksum of the body, " +
			"so look up at PayPal what a webhook says before acting on it.",
		Options: []provider.Option{
			{Name: "webhook_id", Meaning: "The webhook's id on the application's page; it is part of what is signed.", Required: true},
		},
		Scheme: provider.Public{
			Algorithm: provider.RSASHA256, Signature: provider.Header("PayPal-Transmission-Sig"), Encoding: provider.Base64,
			Stamp:  provider.Stamp{From: provider.Header("PayPal-Transmission-Time"), Unit: provider.RFC3339, Tolerance: retried},
			Signed: paypalText(),
			Fetched: provider.Fetched{
				From:  provider.Header("PayPal-Cert-Url"),
				Hosts: []string{"api.paypal.com", "api.sandbox.paypal.com"},
			},
		},
		ID:           provider.JSONPath("id"),
		Type:         provider.JSONPath("event_type"),
		Time:         provider.Moment{From: provider.JSONPath("create_time"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/json"},
	}
}

func paypalText() []provider.Piece {
	bar := provider.Literal("|")
	checksum := provider.Computed("CRC-32 of the body", func(c *provider.Check) (string, error) {
		return strconv.FormatUint(uint64(crc32.ChecksumIEEE(c.Request.Body)), 10), nil
	}, provider.Body())
	return []provider.Piece{
		provider.Header("PayPal-Transmission-Id"), bar, provider.Timestamp(), bar, provider.OptionValue("webhook_id"), bar, checksum,
	}
}
