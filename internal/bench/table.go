package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// table writes the report as columns: the server, and whatever it is compared with.
func (r Report) table(w io.Writer) error {
	names, columns := []string{"posthorn"}, []Figures{r.Server}
	if r.WithoutHanging != nil {
		names, columns = append(names, "none hanging"), append(columns, *r.WithoutHanging)
	}
	if r.Forwarder != nil {
		names, columns = append(names, "forwarder, stores nothing"), append(columns, *r.Forwarder)
	}
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintf(t, "%s\n\n\t%s\n", r.Settings, strings.Join(names, "\t"))
	for _, row := range rows {
		cells := make([]string, len(columns))
		for i, f := range columns {
			cells[i] = row.cell(f)
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\n", row.name, strings.Join(cells, "\t"))
	}
	for _, p := range prices {
		if p.each(r.Server) > 0 {
			_, _ = fmt.Fprintf(t, "%s\t%s\n", p.what, p.cell(r.Server))
		}
	}
	if ratio := r.Ratio(); ratio > 0 {
		_, _ = fmt.Fprintf(t, "\nposthorn delivers %.0f %% of what the forwarder does.\n", 100*ratio)
	}
	return t.Flush()
}

// Ratio returns the server's delivered per second as a share of the forwarder's; zero without one.
func (r Report) Ratio() float64 {
	if r.Forwarder == nil || r.Forwarder.DeliveredPerSecond == 0 {
		return 0
	}
	return r.Server.DeliveredPerSecond / r.Forwarder.DeliveredPerSecond
}

// row is one line of the table.
type row struct {
	name string
	cell func(Figures) string
}

// rows are the lines of the table.
//
//nolint:gochecknoglobals // a constant in all but type
var rows = []row{
	{"delivered per second", func(f Figures) string { return thousands(f.DeliveredPerSecond) }},
	{"acknowledged per second", func(f Figures) string { return thousands(f.AckedPerSecond) }},
	{"ack p50 / p99 / max", func(f Figures) string { return f.Ack.String() }},
	{"end to end p50 / p99 / max", func(f Figures) string { return f.EndToEnd.String() }},
	{"acknowledged", func(f Figures) string { return thousands(float64(f.Acknowledged)) }},
	{"delivered", func(f Figures) string { return thousands(float64(f.Delivered)) }},
	{"lost", func(f Figures) string { return thousands(float64(f.Lost)) }},
	{"duplicated", func(f Figures) string { return thousands(float64(f.Duplicated)) }},
	{"not acknowledged", func(f Figures) string { return thousands(float64(f.Unacknowledged)) }},
	{"memory / most", memory},
	{"processor time", processor},
}

// memory shows the resident memory of a process.
func memory(f Figures) string {
	if f.Process == nil {
		return "-"
	}
	return megabytes(f.Process.RSSBytes) + " / " + megabytes(f.Process.PeakRSSBytes)
}

// processor shows the processor time that a process used during the measured part.
func processor(f Figures) string {
	if f.Process == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f s", f.Process.CPUSeconds)
}

// String describes the run in a line.
func (s Settings) String() string {
	speed, end := "as fast as answers come", fmt.Sprintf("for %.4g s", s.Seconds)
	if s.Rate > 0 {
		speed = fmt.Sprintf("%s messages a second", thousands(s.Rate))
	}
	if s.Messages > 0 {
		end = thousands(float64(s.Messages)) + " messages"
	}
	var on string
	if s.Store != "" {
		on = storeOf(s.Store, s.Nodes) + ", "
	}
	line := on + fmt.Sprintf("%d publishers, %s, %s, payload of %s bytes, %s endpoint(s)",
		s.Publishers, speed, end, thousands(float64(s.PayloadBytes)), thousands(float64(s.Endpoints)))
	if s.Provider != "" {
		line += ", signed as by " + s.Provider
	}
	if s.Hanging > 0 {
		line += fmt.Sprintf(", of which %d hang for %.4g s", s.Hanging, s.HangingSeconds)
	}
	return line
}

// String shows the three quantiles that people ask for.
func (l Latency) String() string {
	return l.P50.String() + " / " + l.P99.String() + " / " + l.Max.String()
}

// String shows a duration with three digits and the unit that fits.
func (m Millis) String() string {
	if d := time.Duration(m); d >= time.Second {
		return fmt.Sprintf("%.3g s", d.Seconds())
	}
	return fmt.Sprintf("%.3g ms", time.Duration(m).Seconds()*1000)
}

// megabytes shows a size.
func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }

// thousands shows a number without decimals, in groups of three digits.
func thousands(v float64) string {
	digits := fmt.Sprintf("%.0f", v)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
