package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// unoffered is a field of a body or a query parameter that published client libraries know and this
// version does not have. It may be there as long as it asks for nothing. Otherwise the caller is told:
// doing half of what was asked for would be a surprise. Names that no library sends need no such field;
// in a query they are ignored, in a body they are refused.
type unoffered struct{ text string }

// UnmarshalJSON keeps the text.
func (u *unoffered) UnmarshalJSON(text []byte) error {
	u.text = string(text)
	return nil
}

// Receiver says where the framework puts a query parameter.
func (u *unoffered) Receiver() reflect.Value { return reflect.ValueOf(&u.text).Elem() }

// Schema lets everything through to Resolve.
func (unoffered) Schema(huma.Registry) *huma.Schema { return &huma.Schema{} }

// Resolve refuses what asks for something.
func (u *unoffered) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	if asksNothing(u.text) {
		return nil
	}
	return []error{&huma.ErrorDetail{Location: at.String(), Message: notOffered}}
}

const notOffered = "Leave this out: this version does not offer it."

// asksNothing reports whether a JSON text or a query parameter is what libraries send for "not set".
func asksNothing(text string) bool {
	switch text {
	case "", "null", "false", "0", `""`, "[]", "{}":
		return true
	}
	return false
}
