package main

import (
	"fmt"
	"io"
	"strings"
)

// screen shows a run to a person: a line for each package, and the output of what failed or skipped.
type screen struct {
	out    io.Writer
	output map[name]*strings.Builder
}

func newScreen(out io.Writer) *screen {
	return &screen{out: out, output: map[name]*strings.Builder{}}
}

// line shows a line that is no event, such as a complaint of the go command.
func (s *screen) line(text string) { fmt.Fprint(s.out, text) }

func (s *screen) show(e event) {
	switch {
	case e.Action == "build-output":
		fmt.Fprint(s.out, e.Output)
	case e.Action == "output":
		s.keep(e)
	case e.ends() && e.Test == "":
		s.showPackage(e)
	case e.ends():
		s.showTest(e)
	}
}

func (s *screen) keep(e event) {
	b := s.output[e.name()]
	if b == nil {
		b = &strings.Builder{}
		s.output[e.name()] = b
	}
	b.WriteString(e.Output)
}

func (s *screen) showTest(e event) {
	text := s.take(e)
	if e.Action != "pass" {
		fmt.Fprintf(s.out, "%s %s %s\n%s", strings.ToUpper(e.Action), e.name().pkg, e.Test, text)
	}
}

func (s *screen) showPackage(e event) {
	text := s.take(e)
	switch e.Action {
	case "pass":
		fmt.Fprintf(s.out, "ok    %-40s %6.1fs\n", e.name().pkg, e.Elapsed)
	case "fail":
		fmt.Fprintf(s.out, "FAIL  %-40s %6.1fs\n%s%s", e.name().pkg, e.Elapsed, s.unfinished(e), text)
	}
}

// unfinished returns the output of tests of a failed package that never ended: those that were running
// when it panicked or ran out of time.
func (s *screen) unfinished(e event) string {
	var b strings.Builder
	for n, text := range s.output {
		if n.pkg == e.name().pkg {
			fmt.Fprintf(&b, "unfinished: %s\n%s", n.test, text)
			delete(s.output, n)
		}
	}
	return b.String()
}

// take returns what a test or a package printed, and forgets it.
func (s *screen) take(e event) string {
	b := s.output[e.name()]
	if b == nil {
		return ""
	}
	delete(s.output, e.name())
	return b.String()
}

func (s *screen) close(r *result) { fmt.Fprintln(s.out, r.count()) }
