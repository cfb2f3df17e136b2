package api

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// given is a field of a PATCH that may be absent but not null.
type given[T any] struct {
	value *T
	null  bool
}

// UnmarshalJSON notes that the field is there.
func (g *given[T]) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		g.null = true
		return nil
	}
	g.value = new(T)
	return json.Unmarshal(text, g.value)
}

// Schema says that the field is written as a T.
func (given[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// Resolve refuses null, which the framework takes for absent.
func (g *given[T]) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	if !g.null {
		return nil
	}
	return []error{&huma.ErrorDetail{Location: at.String(), Message: "Leave the field out, or give a value that is not null."}}
}

// clearable is a field of a PATCH that may be absent, or null to take the value away.
type clearable[T any] struct{ value *T }

// UnmarshalJSON notes that the field is there. Null is the zero value of T, which stands for none.
func (c *clearable[T]) UnmarshalJSON(text []byte) error {
	c.value = new(T)
	return json.Unmarshal(text, c.value)
}

// Schema says that the field is written as a T or null.
func (clearable[T]) Schema(r huma.Registry) *huma.Schema { return orNullSchema[T](r) }

// Resolve checks the value as its type demands. The framework finds checks of exported fields only.
func (c *clearable[T]) Resolve(ctx huma.Context, at *huma.PathBuffer) []error {
	checked, ok := any(c.value).(huma.ResolverWithPath)
	if c.value == nil || !ok {
		return nil
	}
	return checked.Resolve(ctx, at)
}

// distinct is a list of strings without duplicates; nil stands for null. Declare such a field with this type and never
// with the tag uniqueItems: the framework's check of that keyword panics on items that are lists or objects. It is a
// struct because the framework runs no checks of lists.
type distinct struct{ items []string }

// UnmarshalJSON reads a list or null.
func (d *distinct) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &d.items) }

// Schema documents the rule. As an extension the keyword is in the document but not evaluated by the framework.
func (distinct) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeArray, Nullable: true, Items: &huma.Schema{Type: huma.TypeString},
		Extensions: map[string]any{"uniqueItems": true},
	}
}

// Resolve refuses duplicates.
func (d *distinct) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	seen := make(map[string]bool, len(d.items))
	for _, item := range d.items {
		if seen[item] {
			return []error{&huma.ErrorDetail{Location: at.String(), Message: duplicateItem}}
		}
		seen[item] = true
	}
	return nil
}

// nullable is an object of a body that may be absent or null, which is the same. The framework can say so of
// plain values only.
type nullable[T any] struct{ value *T }

// UnmarshalJSON reads a T or null.
func (n *nullable[T]) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &n.value) }

// Schema says that the field is written as a T or null.
func (nullable[T]) Schema(r huma.Registry) *huma.Schema { return orNullSchema[T](r) }

// orNullSchema is the schema of T or null, written out where the field is, since a reference has no room for null.
func orNullSchema[T any](r huma.Registry) *huma.Schema {
	s := huma.SchemaFromType(r, reflect.TypeFor[T]())
	s.Nullable = true
	return s
}

// mentioned is a field of a body that must not be there, and of which there is more to say than that.
type mentioned bool

// UnmarshalJSON notes that the field is there.
func (m *mentioned) UnmarshalJSON([]byte) error {
	*m = true
	return nil
}

// Schema lets everything through to whoever has the field.
func (mentioned) Schema(huma.Registry) *huma.Schema { return &huma.Schema{} }

// listOf returns the items of a list that was sent; nil if it was not.
func listOf(d *distinct) *[]string {
	if d == nil {
		return nil
	}
	return &d.items
}

// number is a query parameter that need not be there.
type number struct {
	value int
	set   bool
}

// Receiver says where the framework puts the value.
func (n *number) Receiver() reflect.Value { return reflect.ValueOf(&n.value).Elem() }

// OnParamSet notes whether the parameter was there.
func (n *number) OnParamSet(set bool, _ any) { n.set = set }

func (n number) pointer() *int {
	if !n.set {
		return nil
	}
	return &n.value
}

// oneOf is the schema of an integer with few values. The framework compares them with what it parsed,
// which is an int64; an enum in a tag would be floats and match nothing.
func oneOf(values ...int64) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeInteger}
	for _, value := range values {
		s.Enum = append(s.Enum, value)
	}
	return s
}

// object is a JSON object that is handed on as it came.
type object json.RawMessage

// Schema says that anything may be in the object.
func (object) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

// UnmarshalJSON keeps the text.
func (o *object) UnmarshalJSON(text []byte) error {
	*o = bytes.Clone(text)
	return nil
}

// MarshalJSON returns the text.
func (o object) MarshalJSON() ([]byte, error) { return json.RawMessage(o).MarshalJSON() }

// orNull returns nil for the zero value, which stands for none.
func orNull[T comparable](value T) *T {
	var none T
	if value == none {
		return nil
	}
	return &value
}

// orZero returns the zero value for nil.
func orZero[T any](value *T) T {
	if value == nil {
		var none T
		return none
	}
	return *value
}

// orEmpty returns an empty map for nil, since the interface promises an object.
func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
