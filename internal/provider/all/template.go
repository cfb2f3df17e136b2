package all

import (
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// signedOption is the option with the template of the signed text.
const signedOption = "signed"

// maxTemplate is in bytes.
const maxTemplate = 256

// readTemplate returns the pieces of the signed text. What is signed must cover the body, and the timestamp if there is
// one: otherwise a captured request could be changed and sent again.
func readTemplate(o provider.Options) ([]provider.Piece, error) {
	text, timed := o[signedOption], o["timestamp_header"] != "" || o["timestamp_name"] != ""
	switch {
	case text == "" && timed:
		text = "{timestamp}.{body}"
	case text == "":
		text = "{body}"
	case len(text) > maxTemplate:
		return nil, provider.BadChoice(signedOption, "Use a template of at most 256 bytes.")
	}
	pieces, used, err := parseTemplate(text, o["id_header"])
	if err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(used, "body"):
		return nil, provider.BadChoice(signedOption, "Put {body} into the template: a signature that does not cover the body proves nothing about it.")
	case timed && !slices.Contains(used, "timestamp"):
		return nil, provider.BadChoice(signedOption, "Put {timestamp} into the template, or leave timestamp_header and timestamp_name out: a timestamp that is not signed proves nothing.")
	case !timed && slices.Contains(used, "timestamp"):
		return nil, provider.BadChoice(signedOption, "Set timestamp_header or timestamp_name: the template has {timestamp} in it.")
	}
	return pieces, nil
}

// parseTemplate returns the pieces of a template and the names that stand in braces.
func parseTemplate(text, idHeader string) (pieces []provider.Piece, used []string, err error) {
	places := map[string]provider.Piece{
		"body": provider.Body(), "timestamp": provider.Timestamp(), "id": provider.Header(idHeader), "url": provider.Address(), "method": provider.Method(),
	}
	for text != "" {
		literal, rest, found := strings.Cut(text, "{")
		if literal != "" {
			pieces = append(pieces, provider.Literal(literal))
		}
		if !found {
			break
		}
		name, behind, closed := strings.Cut(rest, "}")
		piece, known := places[name]
		switch {
		case !closed || !known:
			return nil, nil, provider.BadChoice(signedOption, "In braces stand body, timestamp, id, url or method, such as {timestamp}.{body}.")
		case slices.Contains(used, name):
			return nil, nil, provider.BadChoice(signedOption, "Use each name in braces once.")
		case name == "id" && idHeader == "":
			return nil, nil, provider.BadChoice("id_header", "Set id_header: the template has {id} in it.")
		}
		pieces, used, text = append(pieces, piece), append(used, name), behind
	}
	return pieces, used, nil
}
