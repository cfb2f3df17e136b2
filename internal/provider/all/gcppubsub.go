package all

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// gcpPubSub is a push subscription with authentication. Its token is Google's and says who pushes, not what: the body is
// not covered, and a token may be used for an hour. Everybody can make Google sign a token for our audience by means of a
// subscription of his own, so the service account decides.
//
// Messages come in an envelope, or, with payload unwrapping and metadata, with their id in a header. The names of these
// headers are from receivers in public use, which name the page; not checked against it.
func gcpPubSub() provider.Provider {
	return provider.Provider{
		Name: "gcp-pubsub", Title: "Google Cloud Pub/Sub push",
		Pages: []provider.Page{
			{Title: "Authentication for push subscriptions", URL: "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions"},
			{Title: "Push subscriptions", URL: "https://cloud.google.com/pubsub/docs/push"},
			{Title: "Payload unwrapping", URL: "https://docs.cloud.google.com/pubsub/docs/payload-unwrapping"},
			{Title: "Google OpenID Connect API Reference", URL: "https://developers.google.com/identity/openid-connect/reference"},
		},
		Note: "Enable authentication on the subscription. If payload unwrapping is on, write metadata too: the message's id is there.",
		Options: []provider.Option{
			{Name: "audience", Meaning: "The audience of the subscription; the endpoint's URL unless you have set another.", Required: true},
			{Name: "service_account", Meaning: "The e-mail address of the service account that the subscription pushes as.", Required: true},
			{Name: "type_attribute", Meaning: "The attribute of the message that holds its type, if there is one."},
		},
		Scheme: pushedAs{provider.JWT{
			From: provider.Header("Authorization"), Prefix: "Bearer ", Algorithms: []string{"RS256"}, Expires: true,
			Fetched: provider.Fetched{From: provider.Literal("https://www.googleapis.com/oauth2/v3/certs"), Hosts: []string{"www.googleapis.com"}},
			Issuer:  provider.Literal("https://accounts.google.com"), Audience: provider.OptionValue("audience"),
		}},
		ID:   provider.FirstOf(provider.JSONPath("message.messageId"), provider.Header("X-Goog-PubSub-Message-Id")),
		Type: pubSubType(),
		Time: provider.Moment{
			From: provider.FirstOf(provider.JSONPath("message.publishTime"), provider.Header("X-Goog-PubSub-Publish-Time")), Unit: provider.RFC3339,
		},
	}
}

// pubSubType is the attribute that the owner has named.
func pubSubType() provider.Piece {
	const name = "option type_attribute"
	return provider.Computed("attribute named in "+name, func(c *provider.Check) (string, error) {
		attribute := c.Option("type_attribute")
		if attribute == "" {
			return "", provider.Refuse(provider.Missing, name)
		}
		return provider.JSONPath("message.attributes." + strings.ReplaceAll(attribute, ".", `\.`)).Read(c)
	})
}

// pushedAs is a token that must belong to the service account in option service_account.
type pushedAs struct{ provider.JWT }

// Verify implements Scheme.
func (s pushedAs) Verify(ctx context.Context, c *provider.Check) (provider.Proof, error) {
	proof, err := s.JWT.Verify(ctx, c)
	if err != nil {
		return provider.Proof{}, err
	}
	account := strings.TrimSpace(c.Option("service_account"))
	if account == "" {
		return provider.Proof{}, provider.Refuse(provider.BadOption, "option service_account")
	}
	email, err := s.email(c)
	if err != nil {
		return provider.Proof{}, err
	}
	if !hmac.Equal([]byte(email), []byte(account)) {
		return provider.Proof{}, provider.Refuse(provider.WrongClaim, "token in "+s.From.String())
	}
	return proof, nil
}

// email returns the address that Google vouches for in a token that has been verified.
func (s pushedAs) email(c *provider.Check) (string, error) {
	where := "token in " + s.From.String()
	value, err := s.From.Read(c)
	if err != nil {
		return "", err
	}
	parts := strings.Split(value, ".")
	if len(parts) != 3 { // head, claims, signature
		return "", provider.Refuse(provider.Malformed, where)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	var told struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err != nil || json.Unmarshal(raw, &told) != nil || !told.Verified {
		return "", provider.Refuse(provider.WrongClaim, where)
	}
	return told.Email, nil
}
