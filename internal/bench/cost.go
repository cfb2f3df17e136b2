package bench

import "fmt"

// price is what one delivery takes of something.
type price struct {
	what string
	of   func(Figures) float64 // zero if it was not measured
	show func(float64) string
}

// prices are all that is known of what a delivery takes.
//
//nolint:gochecknoglobals // a constant in all but type
var prices = []price{
	{"processor time of a delivery", func(f Figures) float64 { return f.process().CPUSeconds }, showMicros},
	{"processor time of PostgreSQL for it", func(f Figures) float64 { return f.database().CPUSeconds }, showMicros},
	{"write-ahead log of a delivery", func(f Figures) float64 { return float64(f.database().WALBytes) }, showCount},
	{"room that a delivery takes in PostgreSQL", func(f Figures) float64 { return float64(f.database().DataBytes) }, showCount},
	{"rows that stay of a delivery", func(f Figures) float64 { return float64(f.database().Rows) }, showRows},
}

// each returns what one delivery of f took; zero if that is not known.
func (p price) each(f Figures) float64 { return p.of(f) / float64(max(f.Delivered, 1)) }

// cell shows the price in a table.
func (p price) cell(f Figures) string {
	if v := p.each(f); v > 0 {
		return p.show(v)
	}
	return "-"
}

func showMicros(seconds float64) string { return fmt.Sprintf("%.0f µs", seconds*1e6) }

func showRows(v float64) string { return fmt.Sprintf("%.1f", v) }

func showCount(v float64) string { return thousands(v) + " bytes" }
