package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

const adobeSignHeader = "X-AdobeSign-ClientId"

// adobeSign signs nothing: every request has the application's client id in a header, which must be in the answer too, or
// Adobe takes the webhook for not delivered. It asks by GET when the webhook is created.
//
// The names inside a notification (webhookNotificationId, event, eventDate) are from memory of the guide; not checked.
func adobeSign() provider.Provider {
	return provider.Provider{
		Name: "adobe-sign", Title: "Adobe Acrobat Sign",
		Pages: []provider.Page{{Title: "Webhooks", URL: "https://opensource.adobe.com/acrobat-sign/developer_guide/webhooks.html"}},
		Note: "A client id is not a secret by nature: anyone with it and the source's address can send webhooks. Set it before the webhook is created. " +
			"Webhooks that account administrators make on Adobe's pages have another client id than those of your application.",
		Secret: provider.Field{Name: "Client ID", Hint: "of the application that creates the webhook"},
		Scheme: provider.Token{From: provider.Header(adobeSignHeader)},
		ID:     provider.JSONPath("webhookNotificationId"),
		Type:   provider.JSONPath("event"),
		Time:   provider.Moment{From: provider.JSONPath("eventDate"), Unit: provider.RFC3339},
		Handshakes: []provider.Handshake{{
			Name: "verification of intent", Method: http.MethodGet, Guard: provider.Signed,
			When:  []provider.Match{{At: provider.Header(adobeSignHeader)}},
			Echo:  provider.Header(adobeSignHeader),
			Reply: []provider.Given{{Name: adobeSignHeader, InHeader: true}},
		}},
		Answer:       provider.Answer{Echo: adobeSignHeader},
		ContentTypes: []string{"application/json"},
	}
}
