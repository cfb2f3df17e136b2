package all

import "github.com/posthorn/posthorn/internal/provider"

// vonage sends a token signed with the signature secret, whose payload_hash is the SHA-256 of the body. The pages call
// checking that hash optional over HTTPS; it is not optional here, because without it the token says nothing about the
// body. For the Voice API they compute it over the parameters as JSON without white space, which is the body that is
// sent. Answer URLs called with GET have no body and are not taken.
//
// The pages name no replay window; iat may be five minutes old. In the rare case of an error of theirs, Vonage says, a
// webhook comes unsigned and wants a 5xx to be sent again; it is refused like any other stranger. Not checked: whether
// a retry has a new token.
func vonage() provider.Provider {
	return provider.Provider{
		Name: "vonage", Title: "Vonage",
		Pages: []provider.Page{
			{Title: "Webhooks, decoding signed webhooks", URL: "https://developer.vonage.com/en/getting-started/concepts/webhooks"},
			{Title: "Signed webhooks", URL: "https://developer.nexmo.com/messages/concepts/signed-webhooks"},
			{Title: "Signed webhooks, source of the page", URL: "https://github.com/Nexmo/station/blob/master/_documentation/en/messages/concepts/signed-webhooks.md"},
			{
				Title: "How do I verify that the Voice API Webhook request and it's payload has not been tampered during transit?",
				URL:   "https://api.support.vonage.com/hc/en-us/articles/19033783342876",
			},
		},
		Note: "Messages and Dispatch are signed by default, Voice only where signed callbacks are switched on for the application. " +
			"Choose POST for every URL. Webhooks without such a token, as of older products, are refused.",
		Secret: provider.Field{Name: "Signature secret", Hint: "of the API key, in the dashboard's settings"},
		Scheme: provider.JWT{
			From: provider.Header("Authorization"), Prefix: "Bearer ", Algorithms: []string{"HS256"}, MaxAge: true,
			Issuer:   provider.Literal("Vonage"),
			BodyHash: provider.BodyHash{Claim: "payload_hash", Hash: provider.SHA256},
		},
		ID:           provider.FirstOf(provider.JSONPath("message_uuid"), provider.JSONPath("uuid")),
		Type:         provider.JSONPath("status"),
		Time:         provider.Moment{From: provider.JSONPath("timestamp"), Unit: provider.RFC3339},
		Dedupe:       provider.DedupeByBody, // a message has several statuses and one id
		ContentTypes: []string{"application/json"},
	}
}
