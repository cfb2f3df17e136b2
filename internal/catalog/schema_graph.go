package catalog

import (
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// maxFanOut is how many evaluations of subschemas one place of a payload may cost. A chain of n definitions, each
// of which uses the next one twice, costs 2^n.
const maxFanOut = 100_000

// graph is how the subschemas of a compiled schema use each other.
type graph struct {
	nodes   []*jsonschema.Schema
	chain   int  // most subschemas that are evaluated within each other for one value
	dynamic bool // whether references are resolved while evaluating
	anchors map[string][]*jsonschema.Schema
	roots   []*jsonschema.Schema // targets of $recursiveRef
}

// newGraph walks all subschemas below root. It refuses a schema that can be evaluated without end for one value:
// such an evaluation fails anyway, and costs the more the longer the loop is.
func newGraph(root *jsonschema.Schema) (graph, error) {
	g := graph{anchors: map[string][]*jsonschema.Schema{}}
	g.collect(root)
	lengths := map[*jsonschema.Schema]int{}
	for _, s := range g.nodes {
		n, ok := g.longest(s, lengths)
		if !ok {
			return g, refusedSchema("it refers to itself without a step down into the payload")
		}
		g.chain = max(g.chain, n)
	}
	return g, nil
}

func (g *graph) collect(root *jsonschema.Schema) {
	seen := map[*jsonschema.Schema]bool{root: true}
	waiting := []*jsonschema.Schema{root}
	for len(waiting) > 0 {
		s := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		g.note(s)
		for _, next := range append(append(inPlace(s), namedParts(s)...), anyParts(s)...) {
			if !seen[next] {
				seen[next] = true
				waiting = append(waiting, next)
			}
		}
	}
}

func (g *graph) note(s *jsonschema.Schema) {
	g.nodes = append(g.nodes, s)
	g.dynamic = g.dynamic || s.DynamicRef != nil || s.RecursiveRef != nil
	if s.DynamicAnchor != "" {
		g.anchors[s.DynamicAnchor] = append(g.anchors[s.DynamicAnchor], s)
	}
	if s.RecursiveAnchor {
		g.roots = append(g.roots, s)
	}
}

// same returns the subschemas that s applies to the value that it is applied to itself.
func (g *graph) same(s *jsonschema.Schema) []*jsonschema.Schema {
	next := inPlace(s)
	if s.DynamicRef != nil {
		next = append(next, g.anchors[s.DynamicRef.Anchor]...)
	}
	if s.RecursiveRef != nil {
		next = append(next, g.roots...)
	}
	return next
}

// longest returns the length of the longest chain of subschemas that begins with s and is applied to one value,
// and false if the chain is a loop. The depth of its recursion is at most the number of subschemas.
func (g *graph) longest(s *jsonschema.Schema, known map[*jsonschema.Schema]int) (int, bool) {
	const entered = -1
	if n, ok := known[s]; ok {
		return n, n != entered
	}
	known[s] = entered
	most := 0
	for _, next := range g.same(s) {
		n, ok := g.longest(next, known)
		if !ok {
			return 0, false
		}
		most = max(most, n)
	}
	known[s] = most + 1
	return most + 1, true
}

// checkFanOut refuses a schema that can cost too many evaluations along one path into a payload. It looks at the
// schema alone; what recursion costs is the payload's doing, and is left to the meter.
func (g *graph) checkFanOut() error {
	known := map[*jsonschema.Schema]int{}
	for _, s := range g.nodes {
		if n := g.evaluations(s, known); n > maxFanOut {
			return refusedSchema(fmt.Sprintf("one value can take more than %d evaluations of its subschemas", maxFanOut))
		}
	}
	return nil
}

// evaluations counts the evaluations along the most expensive path into a payload, at most one more than the limit:
// s itself, all that it applies to the same value, and what it applies to the dearest member or item.
func (g *graph) evaluations(s *jsonschema.Schema, known map[*jsonschema.Schema]int) int {
	if n, ok := known[s]; ok {
		return n
	}
	known[s] = 1 // a recursion counts once
	n, member := 1, 0
	for _, next := range g.same(s) {
		n = min(n+g.evaluations(next, known), maxFanOut+1)
	}
	for _, next := range namedParts(s) {
		member = max(member, g.evaluations(next, known))
	}
	for _, next := range anyParts(s) {
		member = min(member+g.evaluations(next, known), maxFanOut+1)
	}
	known[s] = min(n+member, maxFanOut+1)
	return known[s]
}

// inPlace returns the subschemas that s applies to the same value, but for the targets of dynamic references.
func inPlace(s *jsonschema.Schema) []*jsonschema.Schema {
	next := some(s.Ref, s.RecursiveRef, s.Not, s.If, s.Then, s.Else)
	if s.DynamicRef != nil {
		next = append(next, some(s.DynamicRef.Ref)...)
	}
	next = append(append(append(next, s.AllOf...), s.AnyOf...), s.OneOf...)
	for _, dependent := range s.Dependencies {
		next = append(next, someOf(dependent)...)
	}
	for _, dependent := range s.DependentSchemas {
		next = append(next, dependent)
	}
	return next
}

// namedParts returns the subschemas each of which applies to another member or item.
func namedParts(s *jsonschema.Schema) (next []*jsonschema.Schema) {
	for _, property := range s.Properties {
		next = append(next, property)
	}
	if items, ok := s.Items.([]*jsonschema.Schema); ok {
		next = append(next, items...)
	}
	return append(next, s.PrefixItems...)
}

// anyParts returns the subschemas that may apply to any member or item.
func anyParts(s *jsonschema.Schema) []*jsonschema.Schema {
	return append(anyMembers(s), anyItems(s)...)
}

func anyMembers(s *jsonschema.Schema) []*jsonschema.Schema {
	next := some(s.PropertyNames, s.UnevaluatedProperties)
	for _, property := range s.PatternProperties {
		next = append(next, property)
	}
	return append(next, someOf(s.AdditionalProperties)...)
}

func anyItems(s *jsonschema.Schema) []*jsonschema.Schema {
	next := some(s.Contains, s.Items2020, s.UnevaluatedItems)
	return append(append(next, someOf(s.Items)...), someOf(s.AdditionalItems)...)
}

func someOf(value any) []*jsonschema.Schema {
	if s, ok := value.(*jsonschema.Schema); ok {
		return some(s)
	}
	return nil
}

func some(schemas ...*jsonschema.Schema) (there []*jsonschema.Schema) {
	for _, s := range schemas {
		if s != nil {
			there = append(there, s)
		}
	}
	return there
}
