package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// translate turns the framework's error bodies into ours. It is a transformer of this API alone, since
// the framework's own hook for errors is global and belongs to whoever embeds us.
func translate(c huma.Context, _ string, body any) (any, error) {
	found, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	switch found.Status {
	case http.StatusUnprocessableEntity:
		return mistakes(c.Operation().OperationID, found), nil
	case http.StatusBadRequest:
		return HTTPError{codeMalformed, notJSON}, nil
	case http.StatusRequestEntityTooLarge:
		return HTTPError{"payload_too_large", "Send a smaller body."}, nil
	case http.StatusRequestTimeout:
		return HTTPError{"timeout", "Send the body faster."}, nil
	}
	return HTTPError{"error", http.StatusText(found.Status)}, nil
}

// mistakes lists what the framework found. It leaves out the values: they may be secrets.
func mistakes(id string, found *huma.ErrorModel) HTTPValidationError {
	items := make([]ValidationErrorItem, 0, len(found.Errors))
	for _, e := range found.Errors {
		loc := locate(e.Location)
		if name, ok := matches(e.Message, validation.MsgExpectedRequiredProperty); ok {
			loc = append(loc, name)
		}
		if e.Message == validation.MsgUnexpectedProperty && slices.Equal(loc, []string{"body", "headers"}) && strings.HasPrefix(id, "v1.endpoint.") {
			e.Message = headersApart
		}
		items = append(items, ValidationErrorItem{Loc: loc, Msg: sentence(e.Message), Type: "value_error"})
	}
	return HTTPValidationError{Detail: items}
}

// sentences lists what the framework says about an input, with a verb of fmt for what varies, and what we
// say instead: a sentence for whoever wrote the input, not for whoever wrote the schema.
func sentences() [][2]string {
	return [][2]string{
		{validation.MsgExpectedRequiredProperty, "Give this field: it is required."},
		{"required path parameter is missing", "Give this parameter: it is required."},
		{"required query parameter is missing", "Give this parameter: it is required."},
		{"required header parameter is missing", "Give this header: it is required."},
		{validation.MsgUnexpectedProperty, noSuchField},
		{validation.MsgExpectedString, "Send a string."},
		{validation.MsgExpectedBoolean, "Send true or false."},
		{"invalid boolean", "Use true or false."},
		{validation.MsgExpectedInteger, "Send a whole number."},
		{"invalid integer", "Use a whole number."},
		{validation.MsgExpectedNumber, "Send a number."},
		{validation.MsgExpectedArray, "Send a list."},
		{validation.MsgExpectedObject, "Send an object."},
		{validation.MsgExpectedOneOf, "Use one of: %s."},
		{validation.MsgExpectedMinimumNumber, "Use at least %s."},
		{validation.MsgExpectedMaximumNumber, "Use at most %s."},
		{validation.MsgExpectedMinLength, "Use a length of at least %s."},
		{validation.MsgExpectedMaxLength, "Use a length of at most %s."},
		{validation.MsgExpectedMinItems, "Put at least %s into the list."},
		{validation.MsgExpectedMaxItems, "Put at most %s into the list."},
		{fmt.Sprintf(validation.MsgExpectedMatchPattern, `^[a-zA-Z0-9\-_.:+]+$`), "Use only letters, digits and characters of -_.:+ in a channel."},
		{fmt.Sprintf(validation.MsgExpectedMatchPattern, `^[a-zA-Z0-9\-_./\\#]+$`), `Use only letters, digits and characters of -_./\# in a tag.`},
		{fmt.Sprintf(validation.MsgExpectedMatchPattern, `^[a-zA-Z0-9@_\-]+$`), "Use only letters, digits, @, underscores and hyphens."},
		{validation.MsgExpectedMatchPattern, "Use only letters, digits, hyphens, underscores and full stops."}, // of all other patterns
		{validation.MsgExpectedRFC3339DateTime, aTime},
		{"invalid date/time for format %s", aTime},
	}
}

// What is said in more than one place.
const (
	notJSON       = "Send a body that is valid JSON."
	noSuchField   = "Leave this field out: there is no such field."
	headersApart  = "Leave this field out: headers are changed by PUT or PATCH of .../endpoint/{endpoint_id}/headers."
	duplicateItem = "Name each item once."
	aTime         = "Give a time such as 2026-01-31T12:00:00Z."
)

// sentence returns what we say for what the framework says. Our own texts, which come this way too, end with
// a full stop. What is left may name types of this program, so its words are not handed on.
func sentence(message string) string {
	if strings.HasSuffix(message, ".") {
		return message
	}
	for _, pair := range sentences() {
		if varying, ok := matches(message, pair[0]); ok {
			return strings.Replace(pair[1], "%s", varying, 1)
		}
	}
	return "Send this as " + documentPath + " describes it."
}

// matches reports whether message is format with something in place of its verb, and what that is.
func matches(message, format string) (varying string, ok bool) {
	before, after, _ := strings.Cut(format, "%")
	if after == "" {
		return "", message == format
	}
	rest, begins := strings.CutPrefix(message, before)
	varying, ends := strings.CutSuffix(rest, after[1:]) // every verb is one letter
	return varying, begins && ends
}
