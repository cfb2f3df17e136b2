package all

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/form"
	"github.com/posthorn/posthorn/internal/provider"
)

// twilio signs the address followed by the form's fields, sorted by name, with nothing between names and values. A
// JSON body is covered by its digest, which stands in the query as bodySHA256. Both spellings of the address, with
// and without the port, are in use at Twilio, so both are tried. By GET everything stands in the address.
func twilio() provider.Provider {
	return provider.Provider{
		Name: "twilio", Title: "Twilio",
		Pages: []provider.Page{
			{Title: "Security", URL: "https://www.twilio.com/docs/usage/security"},
		},
		Note:   "The address entered at Twilio must be the source's public URL exactly. Twilio signs with the primary auth token.",
		Secret: provider.Field{Name: "Auth token", Hint: "of the account, 32 hex digits"},
		Scheme: provider.AnyOf{
			twilioScheme("the public URL, then the form fields sorted by name", false),
			twilioScheme("the same with the port written out", true),
		},
		ID:           twilioDigest(),
		Type:         twilioType(),
		Answer:       provider.Answer{ContentType: provider.XML, Body: "<Response/>"},
		Methods:      []string{http.MethodPost, http.MethodGet},
		ContentTypes: []string{"application/x-www-form-urlencoded", "application/json"},
	}
}

// twilioType is the status that a callback is about.
func twilioType() provider.Piece {
	var places []provider.Piece
	for _, name := range []string{"EventType", "MessageStatus", "CallStatus", "SmsStatus"} {
		places = append(places, provider.Form(name), provider.Query(name))
	}
	return provider.FirstOf(places...)
}

// twilioDigest is the digest of what is signed. The body would not do: a form has several spellings under one
// signature. Neither would the SIDs: one call asks many times.
func twilioDigest() provider.Piece {
	return provider.Computed("SHA-256 of the signed text", func(c *provider.Check) (string, error) {
		text, err := twilioText(&c.Request, false)
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:]), err
	}, provider.Address(), provider.Body())
}

func twilioScheme(formula string, withPort bool) provider.Scheme {
	return provider.HMAC{
		Hash: provider.SHA1, Signature: provider.Header("X-Twilio-Signature"), Encoding: provider.Base64,
		Signed: []provider.Piece{provider.Computed(formula, func(c *provider.Check) (string, error) {
			return twilioText(&c.Request, withPort)
		}, provider.Address(), provider.Body())},
	}
}

// twilioText returns what is signed.
func twilioText(r *provider.Request, withPort bool) (string, error) {
	address, err := url.Parse(r.URL())
	if err != nil {
		return "", provider.Refuse(provider.Malformed, "url")
	}
	address.Host = twilioHost(address, withPort)
	if digest := address.Query().Get("bodySHA256"); digest != "" {
		sum := sha256.Sum256(r.Body)
		if !hmac.Equal([]byte(strings.ToLower(digest)), []byte(hex.EncodeToString(sum[:]))) {
			return "", provider.Refuse(provider.NoMatch, "query parameter bodySHA256")
		}
		return address.String(), nil
	}
	fields, err := twilioFields(r)
	return address.String() + fields, err
}

func twilioHost(address *url.URL, withPort bool) string {
	if !withPort {
		return address.Hostname()
	}
	if address.Port() != "" {
		return address.Host
	}
	if address.Scheme == "http" {
		return address.Host + ":80"
	}
	return address.Host + ":443"
}

// twilioFields returns the form's fields sorted by name, repeated values once each and sorted.
func twilioFields(r *provider.Request) (string, error) {
	fields, err := r.Form()
	if err != nil {
		return "", err
	}
	slices.SortFunc(fields, func(a, b form.Field) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
	})
	var b strings.Builder
	for _, f := range slices.Compact(fields) {
		b.WriteString(f.Name + f.Value)
	}
	return b.String(), nil
}
