package catalog

import (
	"encoding/json"
	"errors"
	"math"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Costs of validating in ticks, of about 10 ns each on a machine of 2020.
const (
	ticksEvaluation = 40  // applying a subschema to a value
	ticksText       = 2   // comparing with a text of an enum
	ticksFraction   = 100 // reading a number as a fraction
	ticksMember     = 8   // looking at a member of an object
	ticksName       = 4   // looking for a member of an object
	ticksPattern    = 20  // beginning to match a pattern
)

// maxRecursion bounds the evaluations within each other, each of which takes about a kilobyte of stack.
const maxRecursion = 20_000

var errSpent = errors.New("the evaluation has used up its budget")

// cost is what a step of a validation costs.
type cost struct {
	evaluations int64 // of subschemas
	ticks       int64 // beside these
}

func (c cost) plus(d cost) cost { return cost{c.evaluations + d.evaluations, c.ticks + d.ticks} }

func (c cost) times(n int) cost { return cost{c.evaluations * int64(n), c.ticks * int64(n)} }

// meter counts what one validation costs and makes it fail once the budget is spent. The library has neither a
// budget nor a way to stop, but evaluates the format of a subschema before all that can take long: so every subschema gets
// a format that pays for the whole evaluation in advance. It is not safe for concurrent use.
type meter struct {
	left       int64 // ticks
	evaluation int64 // ticks that one evaluation costs in this run
}

// start gives the meter a new budget in ticks for a payload that is nested levels deep.
func (m *meter) start(budget int64, g graph, levels int) {
	m.left, m.evaluation = budget, int64(ticksEvaluation+g.chain/10+levels)
	if g.dynamic {
		m.evaluation += int64(g.chain * levels / 10) // the library looks through all evaluations that are under way
	}
}

// spend pays for a step and reports whether the budget allows it.
func (m *meter) spend(c cost) bool {
	if m.left -= c.evaluations*m.evaluation + c.ticks; m.left < 0 {
		m.left = math.MinInt64 / 2 // and nothing cheaper fits either
	}
	return m.left >= 0
}

func (m *meter) spent() bool { return m.left < 0 }

// install makes every subschema pay before it is evaluated.
func (m *meter) install(nodes []*jsonschema.Schema) {
	for _, s := range nodes {
		if s.Bool != nil {
			continue
		}
		paid := newPayer(m, s)
		s.Format = &jsonschema.Format{Name: paid.name(), Validate: paid.validate}
	}
}

// payer pays for the evaluation of one subschema.
type payer struct {
	meter  *meter
	format *jsonschema.Format // its own; nil without
	self   cost               // for any value
	object cost               // for an object, once
	member cost               // for each member
	named  map[string]cost    // beside that, for members of this name
	array  cost               // for an array, once
	item   cost               // for each item
	unique bool               // whether items are compared with each other
	number bool               // whether numbers are compared
}

func newPayer(m *meter, s *jsonschema.Schema) payer {
	p := payer{meter: m, format: s.Format, self: applying(inPlace(s)), unique: s.UniqueItems}
	p.object = requiring(s)
	p.member = applying(anyMembers(s)).plus(cost{ticks: ticksMember})
	if len(s.Properties) > 0 {
		p.named = make(map[string]cost, len(s.Properties))
		for name, property := range s.Properties {
			p.named[name] = applying(some(property))
		}
	}
	items, _ := s.Items.([]*jsonschema.Schema)
	p.array = applying(items).plus(applying(s.PrefixItems))
	p.item = applying(anyItems(s))
	p.number = s.Minimum != nil || s.Maximum != nil || s.ExclusiveMinimum != nil || s.ExclusiveMaximum != nil || s.MultipleOf != nil
	return p
}

// requiring is what it costs to see whether an object has all members that s wants.
func requiring(s *jsonschema.Schema) cost {
	names := len(s.Required) + len(s.Dependencies) + len(s.DependentRequired)
	for _, more := range s.DependentRequired {
		names += len(more)
	}
	for _, dependent := range s.Dependencies {
		if more, ok := dependent.([]string); ok {
			names += len(more)
		}
	}
	return cost{ticks: ticksName * int64(names)}
}

func (p payer) name() string {
	if p.format == nil {
		return "any"
	}
	return p.format.Name
}

func (p payer) validate(value any) error {
	if !p.meter.spend(p.price(value)) {
		return errSpent
	}
	if p.format == nil {
		return nil
	}
	return p.format.Validate(value)
}

func (p payer) price(value any) cost {
	c := p.self
	switch value := value.(type) {
	case map[string]any:
		c = c.plus(p.object).plus(p.member.times(len(value))).plus(p.priceOfNamed(value))
	case []any:
		c = c.plus(p.array).plus(p.item.times(len(value)))
		if p.unique {
			c.ticks += comparing(value)
		}
	case string:
		c.ticks += int64(len(value))
	case json.Number:
		if p.number {
			c.ticks += 2 * ticksFraction
		}
	}
	return c
}

func (p payer) priceOfNamed(object map[string]any) (c cost) {
	if len(p.named) > len(object) {
		for name := range object {
			c = c.plus(p.named[name])
		}
		return c
	}
	for name, price := range p.named {
		if _, ok := object[name]; ok {
			c = c.plus(price)
		}
	}
	return c
}

// applying is what it costs to apply each of the schemas to a value, up to the point where they pay themselves.
func applying(schemas []*jsonschema.Schema) (c cost) {
	for _, s := range schemas {
		c = c.plus(cost{evaluations: 1})
		if s.Const != nil {
			c.ticks += sizeInTicks(*s.Const)
		}
		if s.Enum != nil {
			c.ticks += sizeInTicks(s.Enum.Values)
		}
		if s.Types != nil {
			c.ticks += ticksFraction // of a number, to see whether it is an integer
		}
	}
	return c
}

// comparing is what it costs to compare the items of an array with each other. The library compares up to 20 each
// with each, and those whose hashes are equal beyond that: which the sender can choose for nested values.
func comparing(items []any) (ticks int64) {
	nested := int64(0)
	for _, item := range items {
		ticks += sizeInTicks(item)
		switch item.(type) {
		case map[string]any, []any:
			nested++
		}
	}
	return 20*ticks + nested*nested
}

// sizeInTicks is what it costs to compare with all values within value.
func sizeInTicks(value any) (ticks int64) {
	switch value := value.(type) {
	case json.Number:
		return ticksFraction
	case string:
		return ticksText + int64(len(value)/64)
	case []any:
		ticks = ticksText
		for _, item := range value {
			ticks += sizeInTicks(item)
		}
	case map[string]any:
		ticks = ticksText
		for name, member := range value {
			ticks += 4*ticksText + int64(len(name)/64) + sizeInTicks(member)
		}
	default:
		return ticksText
	}
	return ticks
}
