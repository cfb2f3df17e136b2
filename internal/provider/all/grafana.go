package all

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

// grafana is the webhook contact point of Grafana Alerting. It signs since version 12, optionally with a timestamp in a
// header whose name has no default; before, it could only send a name and a password or an Authorization header. The
// page calls the signature's header X-Grafana-Alerting-Signature; an early version of the sender (http/hmac.go in
// grafana/alerting) calls it X-Grafana-Alert-Signature, hence the option.
//
// A notification has no id. What is repeated because an alert still fires may have the same body as before.
func grafana() provider.Provider {
	return provider.Provider{
		Name: "grafana", Title: "Grafana Alerting",
		Pages: []provider.Page{
			{Title: "Configure webhook notifications", URL: "https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/"},
		},
		Note: "Fill in the timestamp header, here and there: without it a captured request stays valid. A reminder of an alert that still fires can have " +
			"the same body as the one before and is then taken for a repetition; switch deduplication off on the source to see it.",
		Secret: provider.Field{Name: "Secret, credentials, or name and password", Hint: "of the HMAC signature; or the Authorization header's credentials; or name:password"},
		Options: []provider.Option{
			{Name: "scheme", Meaning: "What the contact point is set up with.", Default: "hmac", Values: []string{"hmac", "bearer", "basic"}},
			{Name: headerOption, Meaning: "The header that carries the signature.", Default: "X-Grafana-Alerting-Signature"},
			{Name: "timestamp_header", Meaning: "The timestamp header of the contact point, if one is set up."},
		},
		Choose:  grafanaScheme,
		Type:    provider.JSONPath("status"),
		Dedupe:  provider.DedupeByBody,
		Methods: []string{http.MethodPost, http.MethodPut},
	}
}

func grafanaScheme(o provider.Options) (provider.Scheme, error) {
	switch o["scheme"] {
	case "hmac":
		return grafanaHMAC(o)
	case "bearer":
		return provider.Token{From: provider.Header("Authorization"), Prefix: "Bearer "}, nil
	case "basic":
		return provider.Basic{}, nil
	}
	return nil, provider.Refuse(provider.BadOption, "option scheme")
}

func grafanaHMAC(o provider.Options) (provider.Scheme, error) {
	if o[headerOption] == "" {
		return nil, provider.Refuse(provider.BadOption, "option "+headerOption)
	}
	s := provider.HMAC{Hash: provider.SHA256, Signature: provider.Header(o[headerOption])}
	if name := o["timestamp_header"]; name != "" {
		s.Stamp = provider.Stamp{From: provider.Header(name)}
		s.Signed = []provider.Piece{provider.Timestamp(), provider.Literal(":"), provider.Body()}
	}
	return s, nil
}
