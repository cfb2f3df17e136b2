package api

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Client libraries that a generator wrote with its default settings take a field that they do not know
// for an error: those of Svix for Go up to 1.56 and for Java up to 1.61
// (https://github.com/OpenAPITools/openapi-generator/issues/19969). An answer to them is narrowed to the
// fields they know; everybody else gets all of it and pays for one look at a header.

// narrow leaves out of an answer what a strict caller does not know. It is a transformer of the
// framework's, so that it sees every answer before it is written.
func narrow(c huma.Context, _ string, body any) (any, error) {
	var convert func(any) (any, error)
	switch agent := c.Header("User-Agent"); {
	case strict(agent):
		convert = only
	case kotlin(agent):
		convert = withConfig
	default:
		return body, nil
	}
	if list, ok := body.(interface {
		convert(func(any) (any, error)) (any, error)
	}); ok {
		return list.convert(convert)
	}
	return convert(body)
}

// kotlin reports whether a caller such as "svix-libs/1.98.0/kotlin kotlin/2.1.10" is the library for Kotlin.
func kotlin(agent string) bool {
	library, _, _ := strings.Cut(agent, " ")
	return strings.HasPrefix(library, "svix-libs/") && strings.HasSuffix(library, "/kotlin")
}

// withConfig gives every source a config: the library for Kotlin fails where it is missing, as that for Rust does
// where a type without one has it.
func withConfig(body any) (any, error) {
	if s, ok := body.(SourceOut); ok && s.Config == nil {
		s.Config = map[string]any{}
		return s, nil
	}
	return body, nil
}

// strict reports whether a caller such as "svix-libs/1.44.0/go" refuses fields that it does not know.
func strict(agent string) bool {
	version, ok := strings.CutPrefix(agent, "svix-libs/1.")
	if !ok {
		return false
	}
	minor, _, _ := strings.Cut(version, ".")
	number, err := strconv.Atoi(minor)
	switch language := version[strings.LastIndexByte(version, '/')+1:]; language {
	case "go":
		return err == nil && number < 57
	case "java":
		return err == nil && number < 62
	}
	return false
}

// known lists the fields of those bodies that have grown since. The hand-written answer to a publish has
// no field beyond those of MessageOut.
func known(body any) string {
	switch body.(type) {
	case ApplicationOut:
		return "createdAt id metadata name rateLimit uid updatedAt"
	case EndpointOut:
		return "channels createdAt description disabled filterTypes id metadata rateLimit uid updatedAt url version"
	case MessageEndpointOut:
		return "channels createdAt description disabled filterTypes id nextAttempt rateLimit status uid updatedAt url version"
	case EndpointStats:
		return "fail pending sending success"
	case EventTypeOut:
		return "archived createdAt deprecated description featureFlag groupName name schemas updatedAt"
	case MessageOut:
		return "channels eventId eventType id payload tags timestamp"
	case EndpointMessageOut:
		return "channels eventId eventType id nextAttempt payload status tags timestamp"
	case MessageAttemptOut:
		return "endpointId id msg msgId response responseDurationMs responseStatusCode status timestamp triggerType url"
	case RecoverOut:
		return "id status task"
	}
	return ""
}

// only returns the known fields of a body.
func only(body any) (any, error) {
	names := strings.Fields(known(body))
	if len(names) == 0 {
		return body, nil
	}
	var text bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&text, body); err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text.Bytes(), &fields); err != nil {
		return nil, err
	}
	for name := range fields {
		if !slices.Contains(names, name) {
			delete(fields, name)
		}
	}
	return fields, nil
}
