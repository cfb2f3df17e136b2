package all

import (
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/bodypath"
	"github.com/posthorn/posthorn/internal/provider"
)

// adyen has two sorts of webhooks, and which of them comes is set on the source. Standard (payment) webhooks carry in
// every item the signature of eight of its fields, joined by colons without escaping, as Adyen's own libraries for Go
// and Node.js join them; the other fields are not covered. Webhooks of platforms and of the Management API carry the
// signature of the body in the header hmacsignature.
//
// A webhook of a platform has no id: data.id is that of the transfer or account, and is the same in every update of it
// ("Incoming transfer updated" in the API Explorer says to find the transfer by it). The body tells a repetition.
//
// The answer [accepted] is what standard webhooks asked for before any 2xx would do; it still does.
func adyen() provider.Provider {
	return provider.Provider{
		Name: "adyen", Title: "Adyen",
		Pages: []provider.Page{
			{Title: "Verify HMAC signatures", URL: "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures"},
			{Title: "Set up webhooks", URL: "https://docs.adyen.com/platforms/set-up-webhooks"},
			{Title: "Incoming transfer updated", URL: "https://docs.adyen.com/api-explorer/payment-webhooks/1/post/balancePlatform.incomingTransfer.updated"},
		},
		Note:   "In standard webhooks only reference, merchant account, amount, event code and success are signed.",
		Secret: provider.Field{Name: "HMAC key", Hint: "hex, generated on the webhook's page under Security"},
		Options: []provider.Option{{
			Name: "kind", Meaning: "Which webhooks are sent.", Default: "standard", Values: []string{"standard", "platform"},
		}},
		Choose: provider.OneOf("kind", map[string]provider.Scheme{
			"standard": adyenItems{},
			"platform": provider.HMAC{
				Hash: provider.SHA256, Signature: provider.Header("HmacSignature"), Encoding: provider.Base64,
				Key: provider.KeyForm{Encoded: true, Encoding: provider.Hex},
			},
		}),
		ID:     provider.FirstOf(adyenItemIDs(), provider.Digest()),
		Type:   provider.FirstOf(provider.JSONPath(adyenItem+"eventCode"), provider.JSONPath("type")),
		Time:   provider.Moment{From: provider.JSONPath(adyenItem + "eventDate"), Unit: provider.RFC3339},
		Answer: provider.Answer{ContentType: provider.Text, Body: "[accepted]"},
	}
}

const adyenItem = "notificationItems.0.NotificationRequestItem."

// adyenFields are signed, in this order. A field that is not there counts as empty.
func adyenFields() []string {
	return []string{
		"pspReference", "originalReference", "merchantAccountCode", "merchantReference",
		"amount.value", "amount.currency", "eventCode", "success",
	}
}

// adyenItemIDs is what Adyen says to recognise a repetition by, of every item: batches that begin alike need not be the
// same. All of it is signed.
func adyenItemIDs() provider.Piece {
	first := adyenItemID(0)
	return provider.Computed(first.String()+" of every item", func(c *provider.Check) (string, error) {
		count := adyenCount(c)
		if count < 1 || count > adyenMost {
			return "", provider.Refuse(provider.Missing, "JSON notificationItems")
		}
		ids := make([]provider.Piece, 0, count)
		for i := range count {
			ids = append(ids, adyenItemID(i))
		}
		return provider.Joined(",", ids...).Read(c)
	}, first)
}

func adyenItemID(i int) provider.Piece {
	at := adyenItemAt(i)
	return provider.Joined(":", provider.JSONPath(at+"pspReference"), provider.JSONPath(at+"eventCode"), provider.JSONPath(at+"success"))
}

func adyenItemAt(i int) string {
	return "notificationItems." + strconv.Itoa(i) + ".NotificationRequestItem."
}

// adyenMost is how many items are looked at.
const adyenMost = 16

func adyenCount(c *provider.Check) int {
	return int(gjson.GetBytes(bodypath.WithoutBOM(c.Request.Body), "notificationItems.#").Int())
}
