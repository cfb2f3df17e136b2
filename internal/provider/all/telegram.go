package all

import (
	"slices"

	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/bodypath"
	"github.com/posthorn/posthorn/internal/provider"
)

// telegram sends the secret_token of setWebhook along with every update. The type of an update is the name of the
// one field beside update_id. The header's name is from memory of the page; not checked.
func telegram() provider.Provider {
	return provider.Provider{
		Name: "telegram", Title: "Telegram",
		Pages: []provider.Page{
			{Title: "Telegram Bot API: setWebhook", URL: "https://core.telegram.org/bots/api#setwebhook"},
		},
		Secret: provider.Field{Name: "Secret token", Hint: "what you pass to setWebhook as secret_token: letters, digits, _ and -"},
		Scheme: provider.Token{From: provider.Header("X-Telegram-Bot-Api-Secret-Token")},
		ID:     provider.JSONPath("update_id"),
		Type:   fieldBeside("update_id"),
	}
}

// fieldBeside is the name of the first field of the body that is not one of the given.
func fieldBeside(known ...string) provider.Piece {
	return provider.Computed("name of the field that holds the event", func(c *provider.Check) (string, error) {
		found := ""
		gjson.ParseBytes(bodypath.WithoutBOM(c.Request.Body)).ForEach(func(name, _ gjson.Result) bool {
			if found = name.String(); slices.Contains(known, found) {
				found = ""
			}
			return found == ""
		})
		if found == "" {
			return "", provider.Refuse(provider.Missing, "event")
		}
		return found, nil
	}, provider.Body())
}
