package api

import (
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// maxDepth is the deepest nesting of a published body. Receivers' parsers give up at a thousand or so.
const maxDepth = 512

// maxMessageChannels is the most channels of one message (public interface).
const maxMessageChannels = 5

// envelope is the body of a publish. Its payload is the very bytes that came, never decoded and never
// written anew: white space, order, doubled keys and odd escapes inside of it reach the receivers as they
// are. Of a key that stands twice in the envelope itself the last one counts.
type envelope struct {
	eventType   string
	eventID     string
	channels    []string
	payload     []byte
	days        int
	application *ApplicationIn
}

// readEnvelope reads and checks a body.
func readEnvelope(body []byte) (envelope, error) {
	if err := checkJSON(body); err != nil {
		return envelope{}, err
	}
	root := gjson.ParseBytes(body)
	if !root.IsObject() {
		return envelope{}, fault.In("body", "value_error", "Send an object.")
	}
	var (
		e   envelope
		err error
	)
	root.ForEach(func(key, value gjson.Result) bool {
		err = e.take(key.Str, value, body)
		return err == nil
	})
	if err == nil {
		err = e.check()
	}
	return e, err
}

// checkJSON refuses what is no JSON, and JSON that programs read differently.
func checkJSON(body []byte) error {
	switch {
	case !utf8.Valid(body):
		return malformed("Send UTF-8.")
	case tooDeep(body):
		return malformed("Nest at most %d levels.", maxDepth)
	case !gjson.ValidBytes(body): // recursive, but not deeper than that
		return malformed("Send a body that is valid JSON.")
	}
	return nil
}

func malformed(format string, args ...any) error {
	return fault.New(fault.Invalid, codeMalformed, format, args...)
}

// tooDeep counts brackets outside of strings, in one pass and without a stack. It looks at text that
// need not be JSON.
func tooDeep(body []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			if depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// take notes one member of the envelope.
func (e *envelope) take(key string, value gjson.Result, body []byte) (err error) {
	switch key {
	case "payload":
		if !value.IsObject() {
			return fault.In("body.payload", "value_error", "Send a payload that is an object.")
		}
		e.payload = body[value.Index : value.Index+len(value.Raw) : value.Index+len(value.Raw)]
	case "eventType":
		e.eventType, err = text("body.eventType", value)
	case "eventId":
		e.eventID, err = textOrNull("body.eventId", value)
	case "channels":
		e.channels, err = channelsOf(value)
	case "payloadRetentionPeriod":
		e.days, err = daysOf(value)
	case "application":
		e.application, err = applicationOf(value)
	case "tags", "transformationsParams", "deliverAt", "payloadRetentionHours":
		if !asksNothing(value.Raw) {
			err = fault.In("body."+key, "value_error", notOffered)
		}
	default:
		if value.Type != gjson.Null { // newer libraries may mention what nobody has set
			err = fault.In("body."+key, "value_error", "Leave this field out: there is no such field.")
		}
	}
	return err
}

// check refuses an envelope that lacks something or names something that is no name.
func (e *envelope) check() error {
	switch {
	case e.payload == nil:
		return fault.In("body.payload", "value_error", "Send a payload.")
	case !hook.ValidName(e.eventType, catalog.MaxName):
		return fault.In("body.eventType", "value_error",
			"Name an event type with 1 to %d letters, digits, hyphens, underscores and full stops.", catalog.MaxName)
	case e.eventID != "" && !hook.ValidName(e.eventID, catalog.MaxName):
		return fault.In("body.eventId", "value_error",
			"Use 1 to %d letters, digits, hyphens, underscores and full stops.", catalog.MaxName)
	}
	return nil
}

func text(field string, value gjson.Result) (string, error) {
	if value.Type != gjson.String {
		return "", fault.In(field, "value_error", "Send a string.")
	}
	return value.Str, nil
}

func textOrNull(field string, value gjson.Result) (string, error) {
	if value.Type == gjson.Null {
		return "", nil
	}
	s, err := text(field, value)
	if err == nil && s == "" {
		err = fault.In(field, "value_error", "Leave the field out, or send at least one character.")
	}
	return s, err
}

func channelsOf(value gjson.Result) (channels []string, err error) {
	if value.Type == gjson.Null {
		return nil, nil
	}
	refused := fault.In("body.channels", "value_error", "Send 1 to %d different names, or null.", maxMessageChannels)
	if !value.IsArray() {
		return nil, refused
	}
	ok := true
	value.ForEach(func(_, item gjson.Result) bool {
		channels = append(channels, item.Str)
		ok = item.Type == gjson.String && len(channels) <= maxMessageChannels &&
			hook.ValidName(item.Str, catalog.MaxChannel)
		return ok
	})
	if !ok || len(channels) == 0 || doubled(channels) {
		return nil, refused
	}
	return channels, nil
}

// doubled compares each with each: there are five at most.
func doubled(names []string) bool {
	for i, name := range names {
		for _, other := range names[:i] {
			if name == other {
				return true
			}
		}
	}
	return false
}

func daysOf(value gjson.Result) (int, error) {
	if value.Type == gjson.Null {
		return 0, nil
	}
	days := int(value.Num)
	whole := value.Type == gjson.Number && value.Num == float64(days)
	if !whole || days < hook.MinPayloadDays || days > hook.MaxPayloadDays {
		return 0, fault.In("body.payloadRetentionPeriod", "value_error",
			"Send a number of days from %d to %d.", hook.MinPayloadDays, hook.MaxPayloadDays)
	}
	return days, nil
}
