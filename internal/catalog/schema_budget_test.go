package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// chained returns a schema of n definitions, each of which is made of the next by the format use, which has the
// reference to it twice; the last is end.
func chained(n int, draft, use, end string) string {
	definitions := make([]string, 0, n+1)
	for i := range n {
		next := fmt.Sprintf(`{"$ref":"#/$defs/d%d"}`, i+1)
		definitions = append(definitions, fmt.Sprintf(`"d%d":%s`, i, strings.ReplaceAll(use, "NEXT", next)))
	}
	definitions = append(definitions, fmt.Sprintf(`"d%d":%s`, n, end))
	return fmt.Sprintf(`{"$schema":%q,"allOf":[{"$ref":"#/$defs/d0"}],"$defs":{%s}}`, draft, strings.Join(definitions, ","))
}

const (
	draft7    = "http://json-schema.org/draft-07/schema#"
	draft2019 = "https://json-schema.org/draft/2019-09/schema"
	draft2020 = "https://json-schema.org/draft/2020-12/schema"
)

// fans are schemas that cost 2^24 evaluations or more, with the payload that makes them.
func fans() map[string][2]string {
	nested := strings.Repeat(`{"a":`, 30) + `1` + strings.Repeat(`}`, 30)
	return map[string][2]string{
		"allOf":            {chained(24, draft2020, `{"allOf":[NEXT,NEXT]}`, `{"type":"object"}`), `{}`},
		"anyOf":            {chained(24, draft2020, `{"anyOf":[NEXT,NEXT]}`, `{"type":"string"}`), `{}`},
		"oneOf":            {chained(24, draft7, `{"oneOf":[NEXT,NEXT]}`, `{"type":"string"}`), `{}`},
		"not":              {chained(24, draft2019, `{"allOf":[{"not":{"not":NEXT}},{"not":{"not":NEXT}}]}`, `{"type":"object"}`), `{}`},
		"if":               {chained(24, draft2020, `{"if":NEXT,"then":NEXT,"else":NEXT}`, `{"type":"object"}`), `{}`},
		"dependencies":     {chained(24, draft7, `{"not":{"not":{"dependencies":{"a":NEXT,"b":NEXT}}}}`, `{"type":"string"}`), `{"a":1,"b":1}`},
		"dependentSchemas": {chained(24, draft2020, `{"dependentSchemas":{"a":NEXT,"b":NEXT}}`, `{"type":"object"}`), `{"a":1,"b":1}`},
		"properties":       {chained(24, draft2020, `{"properties":{"a":{"allOf":[NEXT,NEXT]}}}`, `{}`), nested},
		"items":            {chained(24, draft2020, `{"items":{"allOf":[NEXT,NEXT]}}`, `{}`), strings.Repeat(`[`, 30) + strings.Repeat(`]`, 30)},
		"patterns":         {chained(24, draft2020, `{"patternProperties":{"^a":NEXT,"a$":NEXT}}`, `{}`), nested},
	}
}

func TestSchemaThatFansOutIsRefusedWhereItIsSet(t *testing.T) {
	t.Parallel()
	for why, fan := range fans() {
		d := newDesk(t, false)

		_, err := d.types.Create(t.Context(), catalog.NewEventType{Name: "x", Schemas: []byte(`{"1":` + fan[0] + `}`)})

		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "evaluations") {
			t.Errorf("%s: got %v", why, err)
		}
	}
}

func TestStoredSchemaThatFansOutEndsInARefusalOfThePayload(t *testing.T) {
	t.Parallel()
	for why, fan := range fans() {
		err := checked(t, fan[0], fan[1])

		if fault.CodeOf(err) != "schema_too_complex" || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v", why, err)
		}
	}
}

// checked is the answer for a payload of an event type whose stored schema this is.
func checked(t *testing.T, schema, payload string) error {
	t.Helper()
	x := hook.EventType{Name: "x", Enforced: true, Schemas: []byte(`{"1":` + schema + `}`)}
	return catalog.NewSchemas().Check(t.Context(), x, 1, []byte(payload))
}

func TestPayloadThatCostsTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	many := func(n int, item string) string { return `[` + strings.Repeat(item+`,`, n-1) + item + `]` }
	names := make([]string, 9_000)
	for i := range names {
		names[i] = fmt.Sprintf(`"%032d"`, i)
	}
	refs := make([]string, 2_000)
	for i := range refs {
		refs[i] = fmt.Sprintf(`"d%d":{"$ref":"#/$defs/d%d"}`, i, i+1)
	}
	chain := `{"$ref":"#/$defs/d0","$defs":{` + strings.Join(refs, ",") + `,"d2000":{"properties":{"a":{"$ref":"#"}}}}}`
	for why, c := range map[string]struct{ schema, payload string }{
		"recursion that doubles": {`{"properties":{"a":{"allOf":[{"$ref":"#"},{"$ref":"#"}]}}}`, strings.Repeat(`{"a":`, 60) + `1` + strings.Repeat(`}`, 60)},
		"recursion by anchors":   {`{"$dynamicAnchor":"n","properties":{"a":{"allOf":[{"$dynamicRef":"#n"},{"$dynamicRef":"#n"}]}}}`, strings.Repeat(`{"a":`, 60) + `1` + strings.Repeat(`}`, 60)},
		"recursion too deep":     {chain, strings.Repeat(`{"a":`, 500) + `1` + strings.Repeat(`}`, 500)},
		"enum":                   {`{"items":{"enum":[` + strings.Join(names, ",") + `]}}`, many(100_000, `"x"`)},
		"enum of numbers":        {`{"items":{"enum":[` + strings.Join(strings.Split(strings.Repeat("1.25 ", 9_000), " ")[:9_000], ",") + `]}}`, many(1_000, "1")},
		"unique items":           {`{"uniqueItems":true}`, many(50_000, `[[],[]]`)},
		"pattern":                {`{"items":{"pattern":"[ab]*a[ab]{900}$"}}`, many(5, `"`+strings.Repeat("ab", 90_000)+`"`)},
		"names of members":       {`{"patternProperties":{"[ab]*a[ab]{900}$":{}}}`, `{"` + strings.Repeat("ab", 400_000) + `":1}`},
		"unevaluated":            {chained(12, draft2020, `{"allOf":[NEXT,NEXT],"unevaluatedProperties":{}}`, `{}`), `{` + strings.Join(names, ":1,") + `:1}`},
		"digits":                 {`{"multipleOf":0.1}`, strings.Repeat("7", 100_000)},
		"exponent":               {`{"minimum":1}`, `1e2000000`},
		"integer":                {`{"type":"integer"}`, `-1E+999999`},
	} {
		err := checked(t, c.schema, c.payload)

		if fault.CodeOf(err) != "schema_too_complex" {
			t.Errorf("%s: got %v", why, err)
		}
	}
}

func TestSchemaThatCannotBeUsedIsRefusedWhereItIsSet(t *testing.T) {
	t.Parallel()
	for why, c := range unusable() {
		d := newDesk(t, false)

		_, err := d.types.Create(t.Context(), catalog.NewEventType{Name: "x", Schemas: []byte(`{"1":` + c.schema + `}`)})

		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v", why, err)
		}
	}
}

func TestStoredSchemaThatCannotBeUsedRefusesEveryPayload(t *testing.T) {
	t.Parallel()
	for why, c := range unusable() {
		err := checked(t, c.schema, `{}`)

		if fault.CodeOf(err) != "schema_refused" || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v", why, err)
		}
	}
}

func unusable() map[string]struct{ schema, says string } {
	return map[string]struct{ schema, says string }{
		"loop":            {`{"$ref":"#"}`, "refers to itself"},
		"longer loop":     {`{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"anyOf":[{"type":"string"},{"$ref":"#"}]}}}`, "refers to itself"},
		"repeats":         {`{"pattern":"(([a-z]x?y?z?){30}){30}"}`, "repeats too much"},
		"many repeats":    {`{"allOf":[` + strings.TrimSuffix(strings.Repeat(`{"pattern":"[a-z]{1000}"},`, 80), ",") + `]}`, "repeat too much"},
		"long pattern":    {`{"pattern":"` + strings.Repeat("a", 5_000) + `"}`, "longer than"},
		"no pattern":      {`{"pattern":"(?=a)"}`, "RE2"},
		"subschemas":      {`{"allOf":[` + strings.TrimSuffix(strings.Repeat(`{},`, 20_000), ",") + `]}`, "objects"},
		"long names":      {`{"properties":{"` + strings.Repeat("a", 100_000) + `":{"allOf":[` + strings.TrimSuffix(strings.Repeat(`{},`, 100), ",") + `]}}}`, "paths"},
		"number":          {`{"minimum":1e1000000}`, "exponent"},
		"other documents": {`{"$ref":"https://example.com/schema"}`, "another document"},
		"nesting":         {strings.Repeat(`{"not":`, 100) + `{}` + strings.Repeat(`}`, 100), "nested deeper"},
	}
}

func TestPatternInAPayloadIsOnlyParsed(t *testing.T) {
	t.Parallel()
	schema := `{"$schema":"` + draft7 + `","items":{"format":"regex"}}`

	good, bad := checked(t, schema, `["^a+$"]`), checked(t, schema, `["(([a-z]x?y?z?){30}){30}"]`)

	if good != nil || fault.CodeOf(bad) != "schema_mismatch" {
		t.Errorf("got %v and %v", good, bad)
	}
}

func TestSchemaThatIsNotUsableDoesNotKeepItsTypeFromBeingArchived(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	stored := hook.EventType{Name: "x", Enforced: true, Schemas: []byte(`{"1":{"$ref":"#"}}`), CreatedAt: noon(), UpdatedAt: noon()}
	_, err := d.db.CreateEventType(t.Context(), stored)
	check(t, err)

	check(t, d.types.Archive(t.Context(), "x"))
}

func TestUsualSchemaTakesALargePayload(t *testing.T) {
	t.Parallel()
	item := `{"id":"7f3b0d1c-2e4a-4968-8778-95a4b3c2d1e0","amount":1250,"currency":"EUR","tags":["a","b"],"customer":{"name":"A","mail":"a@example.com"}},`
	schema := `{"type":"object","required":["list"],"unevaluatedProperties":false,"properties":{"list":{"type":"array","items":{
		"allOf":[{"$ref":"#/$defs/money"},{"type":"object","required":["id"]}],
		"properties":{"id":{"type":"string","pattern":"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
			"tags":{"type":"array","items":{"type":"string","maxLength":20},"uniqueItems":true},
			"customer":{"oneOf":[{"type":"null"},{"type":"object","properties":{"name":{"type":"string"},"mail":{"type":"string","format":"email"}}}]}}}}},
		"$defs":{"money":{"properties":{"amount":{"type":"integer","minimum":0},"currency":{"enum":["EUR","USD","GBP","JPY"]}}}}}`
	payload := func(n int, last string) string {
		return `{"list":[` + strings.Repeat(item, n) + last + `]}`
	}

	check(t, checked(t, schema, payload(7_000, `{"id":"7f3b0d1c-2e4a-4968-8778-95a4b3c2d1e0"}`)))
	err := checked(t, schema, payload(7_000, `{"id":1}`))

	if fault.CodeOf(err) != "schema_mismatch" {
		t.Errorf("got %v", err)
	}
}
