package api

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// rawPayload is what the member transformationsParams of a publish asks for: the payload as text, to be delivered byte
// for byte in place of the member payload, and the Content-Type to deliver under. The libraries for Java and Kotlin
// send every message in this way, those for other languages what is not JSON.
type rawPayload struct {
	text        []byte // nil if the member payload is what to deliver; may be a part of the body
	contentType string // empty for the default
}

// rawFields are the members that say how a payload is delivered, named as in errors.
const (
	paramsField      = "body.transformationsParams"
	rawPayloadField  = paramsField + ".rawPayload"
	rawHeadersField  = paramsField + ".headers"
	contentTypeField = rawHeadersField + ".content-type"
)

// read reads the member, which is valid JSON.
func (p *rawPayload) read(value []byte) error {
	*p = rawPayload{}
	switch {
	case string(value) == "null":
		return nil
	case value[0] != '{':
		return fault.In(paramsField, "value_error", "Send an object.")
	}
	return members(value, func(key, value []byte) error {
		switch name := gjson.ParseBytes(key).Str; name {
		case "rawPayload":
			return p.readText(value)
		case "headers":
			return p.readHeaders(value)
		default:
			return refuseUnlessNull(paramsField+"."+name, value)
		}
	})
}

// readText reads the payload. Its text is copied only if it holds escapes.
func (p *rawPayload) readText(value []byte) error {
	p.text = nil
	switch {
	case string(value) == "null":
		return nil
	case value[0] != '"':
		return fault.In(rawPayloadField, "value_error", "Send the payload as a string.")
	case len(value) == len(`""`):
		return fault.In(rawPayloadField, "value_error", "Send at least one character.")
	case bytes.IndexByte(value, '\\') < 0:
		p.text = value[1 : len(value)-1 : len(value)-1]
		return nil
	}
	var text textOf
	if err := json.Unmarshal(value, &text); err != nil {
		return malformed(notJSON)
	}
	p.text = text
	return nil
}

// textOf is the text of a JSON string, held once.
type textOf []byte

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *textOf) UnmarshalText(text []byte) error {
	*t = bytes.Clone(text)
	return nil
}

// readHeaders reads the headers to deliver with. Only the content type can be chosen.
func (p *rawPayload) readHeaders(value []byte) error {
	p.contentType = ""
	switch {
	case string(value) == "null":
		return nil
	case value[0] != '{':
		return fault.In(rawHeadersField, "value_error", "Send an object.")
	}
	return members(value, func(key, value []byte) error {
		name := gjson.ParseBytes(key).Str
		if !strings.EqualFold(name, "content-type") {
			return refuseUnlessNull(rawHeadersField+"."+name, value)
		}
		kind, err := textOrNull(contentTypeField, gjson.ParseBytes(value))
		if err == nil && kind != "" && !hook.ValidContentType(kind) {
			err = fault.In(contentTypeField, "value_error", "Send a media type of at most 256 bytes, such as text/plain; charset=utf-8.")
		}
		p.contentType = kind
		return err
	})
}

func refuseUnlessNull(field string, value []byte) error {
	if string(value) == "null" {
		return nil
	}
	return fault.In(field, "value_error", notOffered)
}

// deliveredAs returns the content type to store: none for JSON that is delivered under the default.
func (p *rawPayload) deliveredAs() string {
	switch {
	case p.contentType != "" && p.contentType != hook.DefaultContentType:
		return p.contentType
	case p.text != nil && checkJSON(p.text) != nil:
		return hook.DefaultContentType
	}
	return ""
}
