package catalog_test

import (
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

func TestNewestSchemaIsTheOneWithTheHighestNumber(t *testing.T) {
	t.Parallel()
	s := catalog.NewSchemas()
	x := hook.EventType{Name: "x", Enforced: true, Schemas: []byte(`{
		"9":{"required":["nine"]},"10":{"required":["ten"]},"draft":{"required":["draft"]}}`)}

	good, bad := s.Check(t.Context(), x, 1, []byte(`{"ten":1}`)), s.Check(t.Context(), x, 1, []byte(`{"nine":1,"draft":1}`))

	if good != nil || fault.KindOf(bad) != fault.Invalid {
		t.Errorf("got %v and %v", good, bad)
	}
}

func TestSchemaIsOnlyEnforcedIfTheTypeAsksForIt(t *testing.T) {
	t.Parallel()
	s := catalog.NewSchemas()

	err := s.Check(t.Context(), hook.EventType{Name: "x", Schemas: []byte(`{"1":{"required":["a"]}}`)}, 1, []byte(`{}`))

	check(t, err)
}

func TestChangedSchemaCountsAtOnce(t *testing.T) {
	t.Parallel()
	s := catalog.NewSchemas()
	x := hook.EventType{Name: "x", Enforced: true, Schemas: []byte(`{"1":{"required":["a"]}}`)}

	before := s.Check(t.Context(), x, 1, []byte(`{"b":1}`))
	x.Schemas = []byte(`{"1":{"required":["b"]}}`)
	after := s.Check(t.Context(), x, 1, []byte(`{"b":1}`))

	if before == nil || after != nil {
		t.Errorf("got %v and %v", before, after)
	}
}

func TestMismatchNamesThePlaceAndNotTheValue(t *testing.T) {
	t.Parallel()
	s := catalog.NewSchemas()
	x := hook.EventType{Name: "x", Enforced: true, Schemas: []byte(
		`{"1":{"properties":{"list":{"items":{"properties":{"card":{"pattern":"^x","const":"y"}}}}}}}`)}

	err := s.Check(t.Context(), x, 1, []byte(`{"list":[{},{"card":"canary"}]}`))

	if err == nil || strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "schema of x") {
		t.Errorf("got %v", err)
	}
}

func TestSchemaThatRefersToItselfEnds(t *testing.T) {
	t.Parallel()
	s := catalog.NewSchemas()
	deep := strings.Repeat(`{"a":`, 500) + `1` + strings.Repeat(`}`, 500)

	err := s.Check(t.Context(), hook.EventType{Name: "x", Enforced: true, Schemas: []byte(
		`{"1":{"type":"object","properties":{"a":{"$ref":"#"}}}}`)}, 1, []byte(deep))

	if fault.KindOf(err) != fault.Invalid || err == nil {
		t.Errorf("got %v", err)
	}
}
