package all

import (
	"errors"
	"net/http"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// cloudEvents is whoever sends CloudEvents by the webhook specification: with a bearer token in Authorization or in the
// query, both of which a receiver must take, and with a question first, so that nobody can be flooded with events that
// he did not ask for. Source and id together are unique. An event may come with its attributes in headers (binary), as
// one JSON document (structured) or as a list (batched).
//
// Whether we agree is told to everybody who asks: without the token what then comes is refused.
func cloudEvents() provider.Provider {
	return provider.Provider{
		Name: "cloudevents", Title: "CloudEvents",
		Pages: []provider.Page{
			{Title: "HTTP 1.1 Web Hooks for Event Delivery", URL: "https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md"},
			{Title: "HTTP Protocol Binding for CloudEvents", URL: "https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md"},
		},
		Note:   "A token in the query is written to the logs of everything in between; prefer the header.",
		Secret: provider.Field{Name: "Access token", Hint: "as the sender sends it, without Bearer"},
		Scheme: provider.Token{From: bearerOrQuery()},
		ID: provider.FirstOf(
			provider.Joined(" ", provider.Header("ce-source"), provider.Header("ce-id")),
			provider.Joined(" ", provider.JSONPath("source"), provider.JSONPath("id")),
			provider.Joined(" ", each("#.source"), each("#.id")),
		),
		Type: provider.FirstOf(provider.Header("ce-type"), provider.JSONPath("type"), provider.JSONPath("0.type")),
		Time: provider.Moment{
			From: provider.FirstOf(provider.Header("ce-time"), provider.JSONPath("time"), provider.JSONPath("0.time")), Unit: provider.RFC3339,
		},
		Handshakes: []provider.Handshake{abuseProtection()},
		Answer:     provider.Answer{Status: http.StatusAccepted}, // taken, not yet worked on, no body
	}
}

// abuseProtection is the validation request of section 4 of the specification. Without a limit of our own, the rate is
// a star.
func abuseProtection() provider.Handshake {
	const origin = "WebHook-Request-Origin"
	return provider.Handshake{
		Name: "abuse protection", Method: http.MethodOptions, Guard: provider.Open,
		When: []provider.Match{{At: provider.Header(origin)}},
		Echo: provider.Header(origin),
		Reply: []provider.Given{
			{Name: "WebHook-Allowed-Origin", InHeader: true},
			{Name: "WebHook-Allowed-Rate", InHeader: true, Value: provider.Literal("*")},
			{Name: "Allow", InHeader: true, Value: provider.Literal(http.MethodPost)},
		},
	}
}

// bearerOrQuery is the token from either place. RFC 6750 section 2 forbids to use both at once.
func bearerOrQuery() provider.Piece {
	header, query := provider.Header("Authorization"), provider.Query("access_token")
	both := provider.FirstOf(header, query)
	return provider.Computed(both.String(), func(c *provider.Check) (string, error) {
		value, err := header.Read(c)
		asked, queryErr := query.Read(c)
		switch {
		case errors.Is(err, provider.Missing):
			return asked, queryErr
		case err != nil:
			return "", err
		case !errors.Is(queryErr, provider.Missing):
			return "", provider.Refuse(provider.Repeated, "token")
		}
		scheme, token, _ := strings.Cut(value, " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			return "", provider.Refuse(provider.Malformed, header.String())
		}
		return token, nil
	}, header, query)
}
