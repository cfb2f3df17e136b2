package all

import (
	"encoding/json"
	"strings"

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

// snsFields reads the texts of a JSON object. What is no text counts as empty.
func snsFields(body []byte) (map[string]string, error) {
	fields, err := fieldsOf(body)
	if err != nil {
		return nil, err
	}
	texts := make(map[string]string, len(fields))
	for name, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			texts[name] = text
		}
	}
	return texts, nil
}
