package all

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// adyenItems verifies the items one by one, all of them with the same secret.
type adyenItems struct{}

// item is the scheme of one item.
func (adyenItems) item(i int) provider.HMAC {
	at := adyenItemAt(i)
	signed := make([]provider.Piece, 0, 16)
	for _, name := range adyenFields() {
		signed = append(signed, provider.Optional(provider.JSONPath(at+name)), provider.Literal(":"))
	}
	return provider.HMAC{
		Hash: provider.SHA256, Encoding: provider.Base64,
		Signature: provider.JSONPath(at + "additionalData.hmacSignature"),
		Signed:    signed[:len(signed)-1],
		Key:       provider.KeyForm{Encoded: true, Encoding: provider.Hex},
	}
}

// Verify implements provider.Scheme.
func (s adyenItems) Verify(ctx context.Context, c *provider.Check) (provider.Proof, error) {
	count := adyenCount(c)
	if count < 1 || count > adyenMost {
		return provider.Proof{}, provider.Refuse(provider.Malformed, "JSON notificationItems")
	}
	if err := adyenOnce(c.Request.Body); err != nil {
		return provider.Proof{}, err
	}
	var proof provider.Proof
	for i := range count {
		var err error
		if proof, err = s.item(i).Verify(ctx, c); err != nil {
			return provider.Proof{}, err
		}
	}
	return proof, nil
}

// Accept implements provider.Scheme.
func (s adyenItems) Accept(secret provider.Secret) error { return s.item(0).Accept(secret) }

// Facts implements provider.Scheme.
func (s adyenItems) Facts() provider.Facts {
	f := s.item(0).Facts()
	f.Family += " of every item"
	f.Signs = make([]provider.Piece, 0, 16)
	for i, name := range adyenFields() {
		if i > 0 {
			f.Signs = append(f.Signs, provider.Literal(":"))
		}
		f.Signs = append(f.Signs, provider.JSONPath(adyenItem+name))
	}
	return f
}

// adyenOnce refuses a body in which a signed value could be contradicted by another one of the same name, or of a name
// that some reader takes for the same. Names in additionalData are the merchant's own and not signed, so they are not
// looked at.
func adyenOnce(body []byte) error {
	fields, err := fieldsOf(body)
	if err != nil {
		return err
	}
	var elements []json.RawMessage
	if json.Unmarshal(fields["notificationItems"], &elements) != nil {
		return provider.Refuse(provider.Malformed, "JSON notificationItems")
	}
	for _, element := range elements {
		if err := adyenItemOnce(element); err != nil {
			return err
		}
	}
	return nil
}

func adyenItemOnce(element json.RawMessage) error {
	outer, err := fieldsOf(element)
	if err != nil {
		return err
	}
	item, err := fieldsOf(outer["NotificationRequestItem"])
	if err != nil {
		return err
	}
	amount := map[string]json.RawMessage{}
	if raw := item["amount"]; len(raw) > 0 && string(raw) != "null" {
		if amount, err = fieldsOf(raw); err != nil {
			return err
		}
	}
	return adyenSpelled(item, amount)
}

// adyenSpelled refuses a signed name in other letters: where Adyen left a field out, it would be read by whoever does
// not tell them apart, and is not signed.
func adyenSpelled(item, amount map[string]json.RawMessage) error {
	for _, signed := range adyenFields() {
		fields, name := item, signed
		if inner, is := strings.CutPrefix(signed, "amount."); is {
			fields, name = amount, inner
		}
		for found := range fields {
			if found != name && strings.EqualFold(found, name) {
				return provider.Refuse(provider.Repeated, "JSON field")
			}
		}
	}
	return nil
}
