package all

import "github.com/posthorn/posthorn/internal/provider"

// datadog signs nothing; its users add headers or put a name and a password into the address. They also write the
// payload, from variables: id, type and time stand where id, event_type and date put $ID, $EVENT_TYPE and $DATE.
//
// That Datadog's own payload, used where none is written, has these three fields is not checked against the page; its
// OAuth 2.0 method is not supported.
func datadog() provider.Provider {
	return provider.Provider{
		Name: "datadog", Title: "Datadog",
		Pages: []provider.Page{
			{Title: "Webhooks", URL: "https://docs.datadoghq.com/integrations/webhooks/"},
			{Title: "Webhooks Integration", URL: "https://docs.datadoghq.com/api/latest/webhooks-integration/"},
		},
		Note: `Write the payload as JSON with "id": "$ID", "event_type": "$EVENT_TYPE" and "date": "$DATE" in it. Without an id nothing is taken for a repetition, unless you set the source's ` +
			"`dedupe` to `{\"by\": \"body\"}`.",
		Secret: provider.Field{Name: "Header value, or name and password", Hint: "the whole value of your custom header, or name:password"},
		Options: []provider.Option{
			{Name: "scheme", Meaning: "What the webhook carries.", Default: "header", Values: []string{"header", "basic"}},
			ownHeader("Authorization"),
		},
		Choose: datadogScheme,
		ID:     provider.JSONPath("id"),
		Type:   provider.JSONPath("event_type"),
		Time:   provider.Moment{From: provider.JSONPath("date"), Unit: provider.Milliseconds},
	}
}

func datadogScheme(o provider.Options) (provider.Scheme, error) {
	switch {
	case o["scheme"] == "header" && o[headerOption] != "":
		return provider.Token{From: provider.Header(o[headerOption])}, nil
	case o["scheme"] == "basic":
		return provider.Basic{}, nil
	}
	return nil, provider.Refuse(provider.BadOption, "option scheme or "+headerOption)
}
