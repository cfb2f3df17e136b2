package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Limits of the regular expressions in schemas. Matching takes time in proportion to text times instructions,
// and {1000} within {1000} is a million instructions.
const (
	maxPatternText = 4096   // bytes of one pattern
	maxPattern     = 5_000  // instructions of one pattern
	maxPatterns    = 50_000 // instructions of all patterns that one schema compiles
)

// patternCompiler compiles the patterns of a schema. Once sealed it only checks patterns, which is what the format
// "regex" asks of a payload.
type patternCompiler struct {
	meter  *meter
	total  int
	sealed bool
	refuse error // why the first pattern was refused: the library does not keep it
}

// pattern is a regular expression whose use is metered.
type pattern struct {
	*regexp.Regexp
	meter *meter
	size  int // instructions
}

func (c *patternCompiler) compile(text string) (jsonschema.Regexp, error) {
	found, err := c.bounded(text)
	if err != nil && c.refuse == nil {
		c.refuse = err
	}
	return found, err
}

func (c *patternCompiler) bounded(text string) (jsonschema.Regexp, error) {
	if len(text) > maxPatternText {
		return nil, refusedSchema(fmt.Sprintf("a pattern is longer than %d bytes", maxPatternText))
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, refusedSchema("a pattern is not a regular expression of the RE2 syntax")
	}
	size := instructions(parsed)
	if size > maxPattern {
		return nil, refusedSchema(fmt.Sprintf("a pattern repeats too much (more than %d steps)", maxPattern))
	}
	if c.sealed {
		return &pattern{}, nil
	}
	if c.total += size; c.total > maxPatterns {
		return nil, refusedSchema(fmt.Sprintf("its patterns repeat too much (more than %d steps)", maxPatterns))
	}
	compiled, err := regexp.Compile(text)
	return &pattern{Regexp: compiled, meter: c.meter, size: size}, err
}

// MatchString implements jsonschema.Regexp.
func (p *pattern) MatchString(text string) bool {
	return p.meter.spend(cost{ticks: ticksPattern + int64(len(text))*int64(max(8, p.size/2))}) && p.Regexp.MatchString(text)
}

// instructions estimates the compiled size of an expression from above, and stops counting past the limit.
func instructions(re *syntax.Regexp) int {
	n := 2
	if re.Op == syntax.OpLiteral {
		n += len(re.Rune)
	}
	for _, sub := range re.Sub {
		if n += instructions(sub); n > maxPattern {
			return n
		}
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return n
}

// refusedSchema is why a schema cannot be used, as a clause that follows a colon.
type refusedSchema string

func (r refusedSchema) Error() string { return string(r) }

// reason returns the clause that says why a schema is refused.
func reason(err error) string {
	var refused refusedSchema
	if errors.As(err, &refused) {
		return string(refused)
	}
	return "it does not follow the rules of its draft, or refers to another document"
}
