package all

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // it is Braintree's scheme
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// braintree sends a form with a payload, XML in base64, and its signatures: pairs of a public key and an HMAC-SHA-1
// whose key is the SHA-1 of the private key. Both keys are pasted, as public:private. The id is the digest of the
// payload: the form around it is not covered. When a webhook is set up, the seal of a token is asked for by GET.
//
// The formula is that of Braintree's published libraries (webhook_notification_gateway), whose tests print the seal
// that is our vector.
func braintree() provider.Provider {
	return provider.Provider{
		Name: "braintree", Title: "Braintree",
		Pages: []provider.Page{
			{Title: "Webhooks: Parse", URL: "https://developer.paypal.com/braintree/docs/guides/webhooks/parse"},
			{Title: "braintree_python, webhook_notification_gateway.py", URL: "https://github.com/braintree/braintree_python/blob/master/braintree/webhook_notification_gateway.py"},
		},
		Secret:       provider.Field{Name: "API keys", Hint: "public key, a colon, private key; on the API page of the gateway"},
		Scheme:       braintreeScheme{},
		ID:           braintreeDigest(),
		Type:         braintreeElement("kind"),
		Time:         provider.Moment{From: braintreeElement("timestamp"), Unit: provider.RFC3339},
		ContentTypes: []string{"application/x-www-form-urlencoded"},
		Handshakes: []provider.Handshake{{
			Name: "verification", Method: "GET",
			When: []provider.Match{{At: provider.Query("bt_challenge")}},
			Echo: provider.Query("bt_challenge"), As: provider.Text,
			Reply: []provider.Given{{Value: braintreeSeal()}},
		}},
	}
}

// braintreePayload is what is signed.
func braintreePayload() provider.Piece { return provider.Form("bt_payload") }

func braintreeDigest() provider.Piece {
	return provider.Computed("SHA-256 of form field bt_payload", func(c *provider.Check) (string, error) {
		payload, err := braintreePayload().Read(c)
		sum := sha256.Sum256([]byte(payload))
		return hex.EncodeToString(sum[:]), err
	}, braintreePayload())
}

// braintreeElement is the text of the first element of a name in the payload.
func braintreeElement(name string) provider.Piece {
	where := "element " + name + " of the payload"
	return provider.Computed(where, func(c *provider.Check) (string, error) {
		payload, err := braintreePayload().Read(c)
		if err != nil {
			return "", err
		}
		text := firstElement(provider.Base64.Decode(strings.NewReplacer("\r", "", "\n", "").Replace(payload)), name)
		if text == "" {
			return "", provider.Refuse(provider.Missing, where)
		}
		return text, nil
	}, braintreePayload())
}

// firstElement returns the text of the first element of a name. The decoder knows no entities but the built-in ones.
func firstElement(document []byte, name string) string {
	decoder := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == name {
			var text string
			if err := decoder.DecodeElement(&text, &start); err != nil && !errors.Is(err, io.EOF) {
				return ""
			}
			return text
		}
	}
}

// braintreeKeys takes a pasted secret apart.
func braintreeKeys(s provider.Secret) (public string, key []byte, err error) {
	public, private, _ := strings.Cut(s.Reveal(), ":")
	if public == "" || private == "" {
		return "", nil, provider.Refuse(provider.BadSecret, "API keys")
	}
	sum := sha1.Sum([]byte(private)) //nolint:gosec // see the import
	return public, sum[:], nil
}

func braintreeMAC(key []byte, text string) []byte {
	mac := hmac.New(sha1.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// braintreeSeal answers a challenge. A token of hex digits cannot be taken for a payload, which is base64 of XML.
func braintreeSeal() provider.Piece {
	return provider.Computed("seal of bt_challenge", func(c *provider.Check) (string, error) {
		const longest = 64
		token, err := provider.Query("bt_challenge").Read(c)
		if err != nil {
			return "", err
		}
		if len(token) > longest || provider.Hex.Decode(token) == nil {
			return "", provider.Refuse(provider.BadChallenge, "query parameter bt_challenge")
		}
		if len(c.Secrets) == 0 {
			return "", provider.Refuse(provider.NoSecret, "API keys")
		}
		public, key, err := braintreeKeys(c.Secrets[0])
		return public + "|" + hex.EncodeToString(braintreeMAC(key, token)), err
	})
}

// braintreeScheme looks for the signature that was made with our public key.
type braintreeScheme struct{}

// Verify implements provider.Scheme.
func (s braintreeScheme) Verify(_ context.Context, c *provider.Check) (provider.Proof, error) {
	from := s.Facts().Signature
	list, err := from.Read(c)
	if err != nil {
		return provider.Proof{}, err
	}
	payload, err := braintreePayload().Read(c)
	if err != nil {
		return provider.Proof{}, err
	}
	if provider.Hex.Decode(payload) != nil { // a challenge, which anyone can have sealed
		return provider.Proof{}, provider.Refuse(provider.Malformed, braintreePayload().String())
	}
	const most = 16
	pairs := strings.SplitN(list, "&", most+1)
	if len(pairs) > most {
		return provider.Proof{}, provider.Refuse(provider.TooMany, from.String())
	}
	for i, secret := range c.Secrets {
		public, key, err := braintreeKeys(secret)
		if err != nil {
			return provider.Proof{}, err
		}
		want := braintreeMAC(key, payload)
		for _, pair := range pairs {
			name, digits, _ := strings.Cut(pair, "|")
			if name == public && hmac.Equal(provider.Hex.Decode(digits), want) {
				return provider.Proof{Secret: i}, nil
			}
		}
	}
	return provider.Proof{}, provider.Refuse(provider.NoMatch, from.String())
}

// Accept implements provider.Scheme.
func (braintreeScheme) Accept(secret provider.Secret) error {
	_, _, err := braintreeKeys(secret)
	return err
}

// Facts implements provider.Scheme.
func (braintreeScheme) Facts() provider.Facts {
	return provider.Facts{
		Family: "HMAC-SHA-1 under the SHA-1 of the private key", Keyed: true, Signature: provider.Form("bt_signature"),
		Layout: provider.Layout{Between: "&", Assign: "|", Name: "public key"}, Encoding: provider.Hex,
		Signs: []provider.Piece{braintreePayload()},
	}
}
