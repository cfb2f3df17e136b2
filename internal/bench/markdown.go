package bench

import (
	"fmt"
	"io"
	"strings"
)

// markdown writes the table with what a reader needs to judge it.
func (r SuiteReport) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%s, %d cores, %s, payloads of %s bytes, everything on one machine; medians of %d run(s), and lowest to highest.\n"+
		"Made by `%s`.\n\n| what | %s | goal |\n|---|%s---|\n",
		r.Machine.OS, r.Machine.Arch, r.Machine.Cores, r.Machine.Go, thousands(float64(r.Payload)), r.Runs, r.Command,
		strings.Join(r.Columns, " | "), strings.Repeat("---|", len(r.Columns)))
	for _, l := range r.Lines {
		b.WriteString("| " + l.What + " |")
		for _, c := range l.Cells {
			b.WriteString(" " + c.String() + " |")
		}
		b.WriteString(" " + l.Goal + " |\n")
	}
	fmt.Fprintf(&b, "\nAcknowledged and never delivered, over all of these: %d.\n", r.Lost)
	_, err := io.WriteString(w, b.String())
	return err
}

// String shows the median and, in brackets, the spread.
func (c Cell) String() string {
	if c.Spread == "" {
		return c.Measured
	}
	return c.Measured + " (" + c.Spread + ")"
}
