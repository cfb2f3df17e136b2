package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

const mark = "<!-- Generated from internal/provider/all by \"make generate\"; do not edit. -->\n\n"

// index lists all providers with what their requests are verified by.
func index(list []provider.Provider) *bytes.Buffer {
	var b bytes.Buffer
	b.WriteString("# Providers\n\n" + mark)
	b.WriteString("A source has a provider, which says how its requests are verified, where id, type and time stand, and what the\n" +
		"sender wants to hear. Anything that is not here can be received with `hmac`, `public-key`, `jwt`, `basic` or `api-key`:\n" +
		"see [Senders that are not listed](../../guides/generic-senders.md).\n\n")
	b.WriteString("| provider | name | verified by |\n| --- | --- | --- |\n")
	for _, p := range list {
		family := ""
		if f, err := p.FactsOf(p.Variants()[0]); err == nil {
			family = f.Family
		}
		fmt.Fprintf(&b, "| [%s](%s.md) | `%s` | %s |\n", p.Title, p.Name, p.Name, family)
	}
	return &b
}

// page describes one provider.
func page(p provider.Provider) (*bytes.Buffer, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n%sProvider `%s`.\n\n", p.Title, mark, p.Name)
	if p.Note != "" {
		b.WriteString(p.Note + "\n\n")
	}
	setup(&b, p)
	if err := verification(&b, p); err != nil {
		return nil, err
	}
	if err := reading(&b, p); err != nil {
		return nil, err
	}
	handshakes(&b, p)
	answer(&b, p)
	pages(&b, p)
	return &b, nil
}

// setup is what the owner of a source fills in.
func setup(b *bytes.Buffer, p provider.Provider) {
	b.WriteString("## Setting up\n\n")
	if p.Secret.None() {
		b.WriteString("There is no secret to paste.\n\n")
	} else {
		fmt.Fprintf(b, "Paste the **%s**: %s. While it is being replaced, a source may hold several.\n\n", p.Secret.Name, p.Secret.Hint)
	}
	if len(p.Options) == 0 {
		return
	}
	b.WriteString("| option | meaning | default | allowed |\n| --- | --- | --- | --- |\n")
	for _, o := range p.Options {
		fallback := code(o.Default)
		if o.Required {
			fallback = "required"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", o.Name, o.Meaning, fallback, code(o.Values...))
	}
	b.WriteString("\n")
}

func code(values ...string) string {
	quoted := make([]string, 0, len(values))
	for _, v := range values {
		if v != "" {
			quoted = append(quoted, "`"+v+"`")
		}
	}
	return strings.Join(quoted, ", ")
}

// verification describes the scheme of every variant.
func verification(b *bytes.Buffer, p provider.Provider) error {
	b.WriteString("## Verification\n\n")
	for _, o := range p.Variants() {
		f, err := p.FactsOf(o)
		if err != nil {
			return err
		}
		for name, value := range o {
			fmt.Fprintf(b, "With `%s` = `%s`:\n\n", name, value)
		}
		scheme(b, f)
	}
	return nil
}

func scheme(b *bytes.Buffer, f provider.Facts) {
	fmt.Fprintf(b, "- Scheme: %s\n", f.Family)
	if !f.Signature.None() {
		fmt.Fprintf(b, "- Proof in: %s%s\n", f.Signature, form(f))
	}
	if len(f.Signs) > 0 {
		fmt.Fprintf(b, "- Signed: `%s`\n", f.Formula())
	}
	window := f.Stamp.Tolerance
	if window == 0 {
		window = provider.Tolerance
	}
	if f.Timed {
		fmt.Fprintf(b, "- Refused if more than %.0f seconds old or in the future\n", window.Seconds())
	} else {
		b.WriteString("- No signed time: a captured request stays valid; see repetitions below\n")
	}
	b.WriteString("\n")
}

// form says how the proof is written.
func form(f provider.Facts) string {
	parts := []string{}
	if len(f.Signs) > 0 {
		parts = append(parts, f.Encoding.String())
	}
	if f.Prefix != "" {
		parts = append(parts, "after `"+f.Prefix+"`")
	}
	if f.Layout.Name != "" {
		parts = append(parts, "as `"+f.Layout.Name+f.Layout.Assign+"`")
	}
	if f.Layout.Between != "" {
		parts = append(parts, fmt.Sprintf("several allowed, separated by `%s`", f.Layout.Between))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}

// reading says where things stand.
func reading(b *bytes.Buffer, p provider.Provider) error {
	b.WriteString("## What is read\n\n| what | where |\n| --- | --- |\n")
	fmt.Fprintf(b, "| id | %s |\n| type | %s |\n| time | %s |\n", p.ID, p.Type, p.Time.From)
	by, err := repetitions(p)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "| repetitions by | %s |\n", by)
	if p.Window > 0 {
		fmt.Fprintf(b, "| remembered for | %s, unless the source's `dedupe` says otherwise |\n", span(p.Window))
	}
	b.WriteString("\n")
	return nil
}

// span writes down whole days or hours.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == time.Hour:
		return "1 hour"
	case d%day == 0:
		return fmt.Sprintf("%d days", d/day)
	}
	return fmt.Sprintf("%.0f hours", d.Hours())
}

func handshakes(b *bytes.Buffer, p provider.Provider) {
	if p.Ask != nil {
		b.WriteString("## Handshakes\n\nThe options that begin with `challenge` declare a question that the sender asks before it sends anything. " +
			"It is answered and not stored.\n\n")
	}
	if len(p.Handshakes) == 0 {
		return
	}
	b.WriteString("## Handshakes\n\nThese requests are answered and not stored.\n\n")
	b.WriteString("| name | request | may be asked by |\n| --- | --- | --- |\n")
	guards := map[provider.Guard]string{
		provider.Open:       "anyone",
		provider.Signed:     "whoever signs as above",
		provider.TokenKnown: "whoever knows the option `" + provider.TokenOption + "`",
		provider.Unset:      "anyone, until the source has a secret",
	}
	for _, h := range p.Handshakes {
		fmt.Fprintf(b, "| %s | %s | %s |\n", h.Name, question(h), guards[h.Guard])
	}
	b.WriteString("\n")
}

func question(h provider.Handshake) string {
	text := h.Method
	if text == "" {
		text = http.MethodPost
	}
	for _, m := range h.When {
		text += ", " + m.At.String()
		if m.Equals != "" {
			text += " = `" + m.Equals + "`"
		}
	}
	return text
}

func answer(b *bytes.Buffer, p provider.Provider) {
	status := p.Answer.Status
	if status == 0 {
		status = http.StatusOK
	}
	body := "nothing in it"
	if p.Answer.Body != "" {
		body = "`" + p.Answer.Body + "`"
	}
	fmt.Fprintf(b, "## Answer\n\n%d with %s.", status, body)
	if p.Answer.Echo != "" {
		fmt.Fprintf(b, " The header `%s` of the request is given back.", p.Answer.Echo)
	}
	b.WriteString("\n\n")
}

func pages(b *bytes.Buffer, p provider.Provider) {
	if len(p.Pages) == 0 {
		return
	}
	b.WriteString("## Where this comes from\n\n")
	for _, page := range p.Pages {
		fmt.Fprintf(b, "- [%s](%s)\n", page.Title, page.URL)
	}
}
