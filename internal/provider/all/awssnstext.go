package all

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/posthorn/posthorn/internal/provider"
)

// snsText is what SNS signs: names and values of certain fields, in the order of the names, each on a line of its own.
func snsText() provider.Piece {
	names := []string{"Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	of := make([]provider.Piece, 0, len(names))
	for _, name := range names {
		of = append(of, provider.JSONPath(name))
	}
	formula := "name and value of Message, MessageId, Subject if there is one, Timestamp, TopicArn and Type, or of Message, MessageId, " +
		"SubscribeURL, Timestamp, Token, TopicArn and Type, a line each"
	return provider.Computed(formula, func(c *provider.Check) (string, error) {
		fields, err := snsFields(c.Request.Body)
		if err != nil {
			return "", err
		}
		if err := snsExpected(fields, c); err != nil {
			return "", err
		}
		return snsLines(fields)
	}, of...)
}

// snsExpected refuses what another topic sends, and names the version if it is another.
func snsExpected(fields map[string]string, c *provider.Check) error {
	topic := strings.TrimSpace(c.Option("topic_arn"))
	switch {
	case topic == "":
		return provider.Refuse(provider.BadOption, "option topic_arn")
	case fields["TopicArn"] != topic:
		return provider.Refuse(provider.WrongClaim, "JSON TopicArn")
	case fields["SignatureVersion"] != c.Option("signature_version"):
		return provider.Refuse(provider.Algorithm, "JSON SignatureVersion")
	}
	return nil
}

// snsLines writes down the fields that are signed in a message of its type.
func snsLines(fields map[string]string) (string, error) {
	names := []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	switch fields["Type"] {
	case "Notification":
		names = []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	case "SubscriptionConfirmation", "UnsubscribeConfirmation":
	default:
		return "", provider.Refuse(provider.Malformed, "JSON Type")
	}
	var b strings.Builder
	for _, name := range names {
		if fields[name] != "" {
			b.WriteString(name + "\n" + fields[name] + "\n")
		} else if name != "Subject" {
			return "", provider.Refuse(provider.Missing, "JSON "+name)
		}
	}
	return b.String(), nil
}

// snsFields reads the texts of a JSON object. A name must not stand there twice, in whatever case or letters that some
// reader takes for the same: the signature is over values, so whoever replays a message could add another Message for
// the next reader to find.
func snsFields(body []byte) (map[string]string, error) {
	malformed := provider.Refuse(provider.Malformed, "body")
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, malformed
	}
	fields, seen := map[string]string{}, map[string]bool{}
	for d.More() {
		name, value, err := snsField(d)
		if err != nil || strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
			return nil, malformed
		}
		if seen[strings.ToLower(name)] {
			return nil, provider.Refuse(provider.Repeated, "JSON field")
		}
		fields[name], seen[strings.ToLower(name)] = value, true
	}
	if _, err := d.Token(); err != nil {
		return nil, malformed
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed
	}
	return fields, nil
}

// snsField reads a name and its value, which is empty if it is no text.
func snsField(d *json.Decoder) (name, value string, err error) {
	token, err := d.Token()
	if err != nil {
		return "", "", err
	}
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return "", "", err
	}
	name, _ = token.(string)
	if json.Unmarshal(raw, &value) != nil {
		value = ""
	}
	return name, value, nil
}
