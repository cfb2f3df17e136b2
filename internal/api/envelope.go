package api

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// maxDepth is the deepest nesting of a published body. Receivers' parsers give up at a thousand or so.
const maxDepth = 512

// envelope is the body of a publish. Its payload is the very bytes that came, never decoded and never
// written anew: white space, order, doubled keys and odd escapes inside of it reach the receivers as they
// are. A raw payload takes the place of the payload. Of a key that stands twice in the envelope itself the last one counts.
//
// It keeps little more memory than the payload is long, since that is what those who hold messages in
// memory count: the names have memory of their own, and the payload too unless it is nearly the whole body.
type envelope struct {
	eventType   string
	eventID     string
	channels    []string
	tags        []string
	payload     []byte
	raw         rawPayload
	days, hours int    // payload retention; zero if not given
	application string // JSON; empty for none
}

// readEnvelope reads and checks a body, of which the envelope may become a part.
func readEnvelope(body []byte) (envelope, error) {
	if err := checkJSON(body); err != nil {
		return envelope{}, err
	}
	if body[skip(body, 0, space)] != '{' {
		return envelope{}, fault.In("body", "value_error", "Send an object.")
	}
	var e envelope
	if err := members(body, e.take); err != nil {
		return envelope{}, err
	}
	if err := e.check(); err != nil {
		return envelope{}, err
	}
	if e.raw.text != nil {
		e.payload = e.raw.text
	}
	e.payload = own(e.payload, cap(body))
	return e, nil
}

// own returns the payload in memory of its own if the memory it lies in is longer by more than a quarter.
func own(payload []byte, whole int) []byte {
	if whole-len(payload) <= len(payload)/4 {
		return payload
	}
	return bytes.Clone(payload)
}

// checkJSON refuses what is no JSON, and JSON that programs read differently.
func checkJSON(body []byte) error {
	switch {
	case !utf8.Valid(body):
		return malformed("Send UTF-8.")
	case tooDeep(body):
		return malformed("Nest at most %d levels.", maxDepth)
	case !gjson.ValidBytes(body): // recursive, but not deeper than that
		return malformed(notJSON)
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

// take notes one member of the envelope. All but the payload and the raw payload is read from a copy.
func (e *envelope) take(key, value []byte) error {
	name := gjson.ParseBytes(key).Str // a key may be written with escapes
	switch name {
	case "payload":
	case "transformationsParams":
		return e.raw.read(value)
	default:
		return e.takeAside(name, gjson.ParseBytes(value))
	}
	if value[0] != '{' {
		return fault.In("body.payload", "value_error", "Send a payload that is an object.")
	}
	e.payload = value[:len(value):len(value)]
	return nil
}

// takeAside notes a member beside the payload.
func (e *envelope) takeAside(key string, value gjson.Result) (err error) {
	switch key {
	case "eventType":
		e.eventType, err = text("body.eventType", value)
	case "eventId":
		e.eventID, err = textOrNull("body.eventId", value)
	case "channels":
		e.channels, err = channelsOf(value)
	case "payloadRetentionPeriod":
		e.days, err = countOf("body.payloadRetentionPeriod", "days", value, hook.MaxPayloadLife/(24*time.Hour))
	case "payloadRetentionHours":
		e.hours, err = countOf("body.payloadRetentionHours", "hours", value, hook.MaxPayloadLife/time.Hour)
	case "tags":
		e.tags, err = tagsOf(value)
	case "application":
		e.application = value.Raw
	case "deliverAt":
		if !asksNothing(value.Raw) {
			err = fault.In("body."+key, "value_error", notOffered)
		}
	default:
		if value.Type != gjson.Null { // newer libraries may mention what nobody has set
			err = fault.In("body."+key, "value_error", noSuchField)
		}
	}
	return err
}

// check refuses an envelope that lacks something or names something that is no name.
func (e *envelope) check() error {
	switch {
	case e.payload == nil:
		return fault.In("body.payload", "value_error", "Send a payload.")
	case !hook.ValidName(e.eventType, hook.MaxName):
		return fault.In("body.eventType", "value_error",
			"Name an event type with 1 to %d letters, digits, hyphens, underscores and full stops.", hook.MaxName)
	case e.eventID != "" && !hook.ValidName(e.eventID, hook.MaxName):
		return fault.In("body.eventId", "value_error",
			"Use 1 to %d letters, digits, hyphens, underscores and full stops.", hook.MaxName)
	case e.days != 0 && e.hours != 0:
		return fault.In("body.payloadRetentionHours", "value_error", "Send either payloadRetentionPeriod or payloadRetentionHours.")
	}
	return nil
}

// payloadLife returns how long the payload is to be kept; zero if the caller did not say.
func (e *envelope) payloadLife() time.Duration {
	return time.Duration(e.days)*24*time.Hour + time.Duration(e.hours)*time.Hour
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

func channelsOf(value gjson.Result) ([]string, error) {
	channels, ok := textsOf(value, hook.MaxMessageChannels, hook.ValidChannel)
	if !ok || channels != nil && len(channels) == 0 {
		return nil, fault.In("body.channels", "value_error",
			"Send 1 to %d different names of at most %d letters, digits and characters of -_.:+, or null.", hook.MaxMessageChannels, hook.MaxChannel)
	}
	return channels, nil
}

func tagsOf(value gjson.Result) ([]string, error) {
	tags, ok := textsOf(value, hook.MaxMessageTags, hook.ValidTag)
	if !ok {
		return nil, fault.In("body.tags", "value_error",
			`Send at most %d different tags of at most %d letters, digits and characters of -_./\#, or null.`, hook.MaxMessageTags, hook.MaxTag)
	}
	if len(tags) == 0 {
		return nil, nil
	}
	return tags, nil
}

// textsOf returns the strings of a JSON array, nil for null. It reports false if value is no array of at most limit
// different strings that are valid.
func textsOf(value gjson.Result, limit int, valid func(string) bool) ([]string, bool) {
	if value.Type == gjson.Null || !value.IsArray() {
		return nil, value.Type == gjson.Null
	}
	texts, ok := []string{}, true
	value.ForEach(func(_, item gjson.Result) bool {
		texts = append(texts, strings.Clone(item.Str)) // the list may hold much white space
		ok = item.Type == gjson.String && len(texts) <= limit && valid(item.Str)
		return ok
	})
	return texts, ok && !doubled(texts)
}

// doubled compares each with each: there are ten at most.
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

// countOf returns a whole number from 1 to most, zero for null.
func countOf(field, unit string, value gjson.Result, most time.Duration) (int, error) {
	if value.Type == gjson.Null {
		return 0, nil
	}
	n := int(value.Num)
	whole := value.Type == gjson.Number && value.Num == float64(n)
	if !whole || n < 1 || n > int(most) {
		return 0, fault.In(field, "value_error", "Send a number of %s from 1 to %d.", unit, int(most))
	}
	return n, nil
}
