package config

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteYAML writes the effective settings as a settings file, each with its origin as a comment.
// Secrets show as what stands for them.
func (l Loaded) WriteYAML(w io.Writer) error {
	for _, value := range l.Values {
		line, origin := value.Key+": "+yamlText(value.Text), value.Origin
		if origin == "" {
			line, origin = "# "+value.Key+":", "unset"
		}
		if _, err := fmt.Fprintf(w, "%-48s # %s\n", line, origin); err != nil {
			return err
		}
	}
	return nil
}

// yamlText quotes what YAML could take for something else than a text or a plain number.
func yamlText(text string) string {
	if _, err := strconv.Atoi(text); err == nil || text == "true" || text == "false" {
		return text
	}
	return strconv.Quote(text)
}

//go:generate go run ./gen

// WriteReference writes the page docs/reference/settings.md.
func WriteReference(w io.Writer) error {
	page := &strings.Builder{}
	page.WriteString(`# Settings

<!-- Generated from internal/config/config.go by "posthorn config reference"; do not edit. -->

A setting comes from, in rising order: its default, the YAML file named by ` + "`--config` or `POSTHORN_CONFIG`" + `, the
environment, a flag. ` + "`posthorn config print`" + ` shows what is in force and where it came from. A variable that is set but
empty counts as set. Secrets have no flag, because every user of a machine can see the arguments of a process.
Durations are written like ` + "`500ms`, `15s`, `10m`, `2h` or `90d`, sizes like `512KiB` or `64MiB`" + `.
`)
	for _, s := range Settings() {
		s.writeReference(page)
	}
	_, err := io.WriteString(w, page.String())
	return err
}

func (s Setting) writeReference(page *strings.Builder) {
	flag := "none"
	if s.Flag != "" {
		flag = "`--" + s.Flag + "`"
	}
	standard := "unset"
	if s.Default != "" {
		standard = "`" + s.Default + "`"
	}
	fmt.Fprintf(page, "\n## %s\n\n%s\n\n", s.Key, s.Doc)
	fmt.Fprintf(page, "| flag | variable | default | allowed |\n| --- | --- | --- | --- |\n| %s | `%s` | %s | %s |\n",
		flag, s.Variable, standard, s.Allowed())
}
