package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// okta is event hooks. Nothing is signed: Okta sends the secret that was entered with the hook, in Authorization or
// another header of the owner's choice. A request carries the events of a short time, each with its uuid.
//
// Whether the one GET that verifies the address carries the secret too is not checked, so anyone is answered; the
// answer tells nobody anything. Whether eventId is the same in a second attempt is not checked, so the uuids count.
func okta() provider.Provider {
	return provider.Provider{
		Name: "okta", Title: "Okta",
		Pages: []provider.Page{
			{Title: "Event Hooks", URL: "https://developer.okta.com/docs/concepts/event-hooks/"},
		},
		Note:    "Okta waits three seconds, and tries once more at most.",
		Secret:  provider.Field{Name: "Authentication secret", Hint: "as entered with the event hook"},
		Options: []provider.Option{ownHeader("Authorization")},
		Scheme:  provider.Token{From: inOwnHeader("Authorization")},
		ID:      each("data.events.#.uuid"),
		Type:    provider.JSONPath("data.events.0.eventType"),
		Time:    provider.Moment{From: provider.JSONPath("data.events.0.published"), Unit: provider.RFC3339},
		Handshakes: []provider.Handshake{{
			Name: "one-time verification", Method: http.MethodGet, Guard: provider.Open,
			When: []provider.Match{{At: provider.Header("X-Okta-Verification-Challenge")}},
			Echo: provider.Header("X-Okta-Verification-Challenge"), As: provider.JSON,
			Reply: []provider.Given{{Name: "verification"}},
		}},
		ContentTypes: []string{"application/json"},
	}
}
