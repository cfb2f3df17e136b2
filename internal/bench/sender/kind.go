package sender

import (
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// kind is how a provider signs. The declarations of package provider say how each is verified; this is the other
// side, so that the two check each other.
type kind struct {
	secret  func(random []byte) string
	key     func(secret string) ([]byte, bool)
	headers func(*Sender, []byte) []byte // appends all that is the provider's own, without the last line end
}

// kinds are those that can be signed here, one of each family that the most used providers belong to.
func kinds() map[string]kind {
	return map[string]kind{
		"github":            {hex.EncodeToString, text, github},
		"shopify":           {hex.EncodeToString, text, shopify},
		"stripe":            {func(random []byte) string { return "whsec_" + hex.EncodeToString(random) }, text, stripe},
		"standard-webhooks": {func(random []byte) string { return whsec + base64.StdEncoding.EncodeToString(random) }, standardKey, standard},
	}
}

// Providers returns the names of all that can be signed here.
func Providers() []string { return slices.Sorted(maps.Keys(kinds())) }

// Secret returns a secret as the provider would make it; empty if it is not known.
func Secret(provider string, random []byte) string {
	k, ok := kinds()[provider]
	if !ok {
		return ""
	}
	return k.secret(random)
}

const whsec = "whsec_"

func text(secret string) ([]byte, bool) { return []byte(secret), secret != "" }

func standardKey(secret string) ([]byte, bool) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, whsec))
	return key, err == nil
}

// github: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
func github(s *Sender, b []byte) []byte {
	b = append(b, "X-GitHub-Event: push\r\nX-GitHub-Delivery: "...)
	b = append(b, s.id...)
	b = append(b, "\r\nX-Hub-Signature-256: sha256="...)
	return hex.AppendEncode(b, s.sign(s.body))
}

// shopify: https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
func shopify(s *Sender, b []byte) []byte {
	b = append(b, "X-Shopify-Topic: orders/create\r\nX-Shopify-Event-Id: "...)
	b = append(b, s.id...)
	b = append(b, "\r\nX-Shopify-Hmac-Sha256: "...)
	return base64.StdEncoding.AppendEncode(b, s.sign(s.body))
}

// stripe: https://docs.stripe.com/webhooks
func stripe(s *Sender, b []byte) []byte {
	b = append(b, "Stripe-Signature: t="...)
	b = append(b, s.stamp...)
	b = append(b, ",v1="...)
	return hex.AppendEncode(b, s.sign(s.stamp, []byte("."), s.body))
}

// standard: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
func standard(s *Sender, b []byte) []byte {
	b = append(b, "webhook-id: "...)
	b = append(b, s.id...)
	b = append(b, "\r\nwebhook-timestamp: "...)
	b = append(b, s.stamp...)
	b = append(b, "\r\nwebhook-signature: v1,"...)
	return base64.StdEncoding.AppendEncode(b, s.sign(s.id, []byte("."), s.stamp, []byte("."), s.body))
}
