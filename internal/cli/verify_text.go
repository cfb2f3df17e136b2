package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/provider/diagnose"
)

// writeReport tells a person what was found.
func writeReport(w io.Writer, r diagnose.Report) {
	if r.Verified {
		writeVerified(w, r)
		return
	}
	whose := ""
	if r.Provider != "" {
		whose = " as " + r.Provider
	}
	fmt.Fprintf(w, "Does not verify%s: %s.\n", whose, strings.TrimSuffix(r.Refusal, "."))
	writeFindings(w, "What is wrong:", r.Findings, true)
	writeFindings(w, "What it may be:", r.Findings, false)
	if len(r.Looks) > 0 && r.Looks[0].Provider != r.Provider {
		fmt.Fprintln(w, "Whose headers these may be:")
		for _, look := range r.Looks {
			fmt.Fprintf(w, "  %-20s %s\n", look.Provider, strings.Join(look.Headers, ", "))
		}
	}
}

func writeVerified(w io.Writer, r diagnose.Report) {
	fmt.Fprintf(w, "Verifies as %s.\n", r.Provider)
	at := ""
	if r.SignedAt != nil {
		at = r.SignedAt.UTC().Format(time.RFC3339)
	}
	secret := ""
	if r.Secret > 0 {
		secret = fmt.Sprintf("number %d", r.Secret)
	}
	for _, line := range [][2]string{
		{"handshake", r.Handshake}, {"id", r.ID}, {"type", r.Type}, {"signed at", at}, {"secret", secret}, {"also as", strings.Join(r.Also, ", ")},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "  %-10s %s\n", line[0], line[1])
		}
	}
}

func writeFindings(w io.Writer, title string, found []diagnose.Finding, proven bool) {
	for _, f := range found {
		if f.Proven != proven {
			continue
		}
		if title != "" {
			fmt.Fprintln(w, title)
			title = ""
		}
		fmt.Fprintf(w, "- %s: %s\n", strings.ReplaceAll(string(f.Part), "_", " "), f.Text)
	}
}
