package all

import (
	"net/url"
	"slices"

	"github.com/posthorn/posthorn/internal/provider"
)

// The generic providers are for senders that have no declaration of their own. What a declaration would say is in
// the source's options instead.

func genericJWT() provider.Provider {
	return challenged(provider.Provider{
		Name: "jwt", Title: "Any JWT",
		Pages:  []provider.Page{{Title: "RFC 7519: JSON Web Token (JWT)", URL: "https://www.rfc-editor.org/rfc/rfc7519"}},
		Note:   "A token says who sends, not what: unless body_claim is set, the body is not covered.",
		Secret: provider.Field{Name: "Key", Hint: "the shared secret (HS...), or the public key in PEM; nothing if jwks_url is set"},
		Options: slices.Concat([]provider.Option{
			{Name: "algorithm", Meaning: "The one algorithm that is taken.", Default: "HS256", Values: []string{"HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "ES256", "EdDSA"}},
			{Name: "header", Meaning: "The header that carries the token, after Bearer where it is Authorization.", Default: "Authorization"},
			{Name: "issuer", Meaning: "What iss must be."},
			{Name: "audience", Meaning: "What aud must contain."},
			{Name: "jwks_url", Meaning: "Where the sender publishes its keys, https."},
			{Name: "body_claim", Meaning: "The claim with the SHA-256 of the body in hex."},
		}, readOptions()),
		Choose: jwtScheme,
		ID:     chosen("id"), Type: chosen("type"),
	})
}

func jwtScheme(o provider.Options) (provider.Scheme, error) {
	known := []string{"HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "ES256", "EdDSA"}
	if !slices.Contains(known, o["algorithm"]) || o["header"] == "" {
		return nil, provider.Refuse(provider.BadOption, "option algorithm or header")
	}
	s := provider.JWT{From: provider.Header(o["header"]), Algorithms: []string{o["algorithm"]}, Expires: true}
	if o["header"] == "Authorization" {
		s.Prefix = "Bearer "
	}
	if o["issuer"] != "" {
		s.Issuer = provider.OptionValue("issuer")
	}
	if o["audience"] != "" {
		s.Audience = provider.OptionValue("audience")
	}
	if name := o["body_claim"]; name != "" {
		s.BodyHash = provider.BodyHash{Claim: name, Hash: provider.SHA256}
	}
	return withKeySet(s, o["jwks_url"])
}

// withKeySet lets the keys come from an address that the owner of the source has chosen.
func withKeySet(s provider.JWT, address string) (provider.Scheme, error) {
	if address == "" {
		return s, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || s.Algorithms[0][:2] == "HS" {
		return nil, provider.Refuse(provider.BadOption, "option jwks_url")
	}
	s.Fetched = provider.Fetched{From: provider.Literal(address), Hosts: []string{u.Hostname()}}
	return s, nil
}

func basic() provider.Provider {
	return challenged(provider.Provider{
		Name: "basic", Title: "HTTP basic authentication",
		Pages:   []provider.Page{{Title: "RFC 7617: The 'Basic' HTTP Authentication Scheme", URL: "https://www.rfc-editor.org/rfc/rfc7617"}},
		Secret:  provider.Field{Name: "Name and password", Hint: "name:password"},
		Options: readOptions(),
		Scheme:  provider.Basic{},
		ID:      chosen("id"), Type: chosen("type"),
	})
}

func apiKey() provider.Provider {
	return challenged(provider.Provider{
		Name: "api-key", Title: "API key or bearer token",
		Pages: []provider.Page{{Title: "RFC 6750: Bearer Token Usage", URL: "https://www.rfc-editor.org/rfc/rfc6750"}},
		Note: "A key in the query is written to the logs of everything in between; a key in the body is stored and handed on with it. " +
			"Prefer a header.",
		Secret: provider.Field{Name: "Key", Hint: "the text that the sender sends along"},
		Options: slices.Concat([]provider.Option{
			{Name: "in", Meaning: "Where the key stands.", Default: "header", Values: []string{"header", "query", "form", "json"}},
			{Name: "name", Meaning: "The name of the header, query parameter or form field, or the path of the JSON member.", Default: "Authorization"},
			{Name: "prefix", Meaning: "What stands in front of it; Bearer and a space in Authorization unless set."},
		}, readOptions()),
		Choose: apiKeyScheme,
		ID:     chosen("id"), Type: chosen("type"),
	})
}

func apiKeyScheme(o provider.Options) (provider.Scheme, error) {
	if o["name"] == "" {
		return nil, provider.Refuse(provider.BadOption, "option name")
	}
	if o["in"] == "header" && o["name"] == "Authorization" && o["prefix"] == "" {
		return provider.Token{From: provider.Header("Authorization"), Prefix: "Bearer "}, nil
	}
	from, err := provider.Place(o["in"] + ":" + o["name"])
	if err != nil {
		return nil, provider.BadChoice("name", err.Error())
	}
	if from.None() {
		return nil, provider.Refuse(provider.BadOption, "option in")
	}
	return provider.Token{From: from, Prefix: o["prefix"]}, nil
}

func none() provider.Provider {
	return challenged(provider.Provider{
		Name: "none", Title: "No verification",
		Note:    "Whoever knows the address can send. Use it for senders that can do nothing better, and rotate the address.",
		Options: readOptions(),
		Scheme:  provider.Nothing{},
		ID:      chosen("id"), Type: chosen("type"),
	})
}

// readOptions say where id and type stand.
func readOptions() []provider.Option {
	return []provider.Option{idHeader(), idPath(), idField(), idQuery(), typeHeader(), typePath(), typeField(), typeQuery()}
}

func idHeader() provider.Option {
	return provider.Option{Name: "id_header", Meaning: "The header with the event's id. Prefer id_path where the signature covers the body only."}
}

func idPath() provider.Option {
	return provider.Option{Name: "id_path", Meaning: "Where the event's id stands in a JSON body, such as data.id."}
}

func idField() provider.Option {
	return provider.Option{Name: "id_field", Meaning: "The form field with the event's id. With id_path, the field holds JSON and id_path is a path in it."}
}

func idQuery() provider.Option {
	return provider.Option{Name: "id_query", Meaning: "The query parameter with the event's id."}
}

func typeHeader() provider.Option {
	return provider.Option{Name: "type_header", Meaning: "The header with the event's type."}
}

func typePath() provider.Option {
	return provider.Option{Name: "type_path", Meaning: "Where the event's type stands in a JSON body."}
}

func typeField() provider.Option {
	return provider.Option{Name: "type_field", Meaning: "The form field with the event's type. With type_path, the field holds JSON and type_path is a path in it."}
}

func typeQuery() provider.Option {
	return provider.Option{Name: "type_query", Meaning: "The query parameter with the event's type."}
}

// chosen is the place that the source's options name: a form field, a path in it or in the body, or else a query parameter
// or a header.
func chosen(what string) provider.Piece {
	name := "option " + what + "_path, " + what + "_field, " + what + "_query or " + what + "_header"
	return provider.Computed(name, func(c *provider.Check) (string, error) {
		path, field := c.Option(what+"_path"), c.Option(what+"_field")
		parameter, header := c.Option(what+"_query"), c.Option(what+"_header")
		switch {
		case path != "" && field != "":
			return provider.JSONIn(provider.Form(field), path).Read(c)
		case path != "":
			return provider.JSONPath(path).Read(c)
		case field != "":
			return provider.Form(field).Read(c)
		case parameter != "":
			return provider.Query(parameter).Read(c)
		case header != "":
			return provider.Header(header).Read(c)
		}
		return "", provider.Refuse(provider.Missing, name)
	})
}
