package all

import "github.com/posthorn/posthorn/internal/provider"

// azureEventGrid signs nothing: the owner puts a secret into the query of the address, or a header of fixed value on the
// subscription. Before anything is sent Event Grid asks: with its own schema by an event whose code is given back, which
// carries the secret like any other; with the CloudEvents schema by the question that CloudEvents describes. Both answers
// must be 200.
//
// A list of events has no id of its own; the events' ids together tell a repetition. Delivery with a token of Microsoft
// Entra ID is not built: the issuer and the other claims of its tokens could not be checked.
func azureEventGrid() provider.Provider {
	return provider.Provider{
		Name: "azure-event-grid", Title: "Azure Event Grid",
		Pages: []provider.Page{
			{Title: "Endpoint validation with Event Grid event schema", URL: "https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema"},
			{Title: "Endpoint validation with CloudEvents schema", URL: "https://learn.microsoft.com/azure/event-grid/end-point-validation-cloud-events-schema"},
			{Title: "Authenticate event delivery to event handlers", URL: "https://learn.microsoft.com/azure/event-grid/security-authentication"},
			{Title: "Custom delivery properties", URL: "https://learn.microsoft.com/azure/event-grid/delivery-properties"},
		},
		Note:   "Set the secret here before you create the subscription, and add it to the endpoint's address (?token=...) or as a secret delivery property.",
		Secret: provider.Field{Name: "Client secret", Hint: "the value of the query parameter, or the whole value of the header"},
		Options: []provider.Option{
			{Name: "in", Meaning: "Where the secret stands.", Default: "query", Values: []string{"query", "header"}},
			{Name: "parameter", Meaning: "The query parameter's name.", Default: "token"},
			ownHeader("Authorization"),
		},
		Choose: azureScheme,
		ID:     provider.FirstOf(each("#.id"), provider.Joined(" ", provider.JSONPath("source"), provider.JSONPath("id"))),
		Type:   provider.FirstOf(provider.JSONPath("0.eventType"), provider.JSONPath("type"), provider.JSONPath("0.type")),
		Time: provider.Moment{
			From: provider.FirstOf(provider.JSONPath("0.eventTime"), provider.JSONPath("time"), provider.JSONPath("0.time")), Unit: provider.RFC3339,
		},
		Handshakes: []provider.Handshake{subscriptionValidation(), abuseProtection()},
	}
}

func azureScheme(o provider.Options) (provider.Scheme, error) {
	switch {
	case o["in"] == "query" && o["parameter"] != "":
		return provider.Token{From: provider.Query(o["parameter"])}, nil
	case o["in"] == "header" && o[headerOption] != "":
		return provider.Token{From: provider.Header(o[headerOption])}, nil
	}
	return nil, provider.Refuse(provider.BadOption, "option in, parameter or "+headerOption)
}

// subscriptionValidation is the handshake of the Event Grid schema. Only who knows the secret may set up a subscription.
func subscriptionValidation() provider.Handshake {
	return provider.Handshake{
		Name: "subscription validation", Guard: provider.Signed,
		When: []provider.Match{
			{At: provider.Header("aeg-event-type"), Equals: "SubscriptionValidation"},
			{At: provider.JSONPath("0.eventType"), Equals: "Microsoft.EventGrid.SubscriptionValidationEvent"},
		},
		Echo: provider.JSONPath("0.data.validationCode"), As: provider.JSON,
		Reply: []provider.Given{{Name: "validationResponse"}},
	}
}
