package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/transfer"
)

// exportFlags are what a person says about an export.
type exportFlags struct {
	history        bool
	passphraseFile string
	withoutSecrets bool
}

func newExport(e Env) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export > FILE",
		Short: "Write everything to standard output, as a backup or to move",
		Long: `Write everything as of one moment to standard output: applications, endpoints with their
secrets, event types, sources with their secrets and addresses, tokens, messages with open
deliveries, and received webhooks that are not done; with --history, all messages,
attempts, received webhooks and refused requests. posthorn import reads it into any
database, SQLite or PostgreSQL. It works beside a running server.

The export is encrypted with the passphrase in POSTHORN_EXPORT_PASSPHRASE or in the first
line of --passphrase-file (format: age, https://age-encryption.org). Without a passphrase,
--without-secrets writes JSON lines that lack signing keys, headers, passwords, and the
secrets and addresses of sources.` + exits(exitMissing, exitTaken, exitUnavailable),
		Example: "  POSTHORN_EXPORT_PASSPHRASE=... posthorn export --data ./data > posthorn.age",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runExport(cmd, e, f) },
	}
	tokenFlags(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.history, "history", false, "all messages, attempts and received webhooks, not only what is open")
	flags.StringVar(&f.passphraseFile, passphraseFlag, "", "file whose first line is the passphrase")
	flags.BoolVar(&f.withoutSecrets, "without-secrets", false, "plain text, and no secrets in it")
	return cmd
}

func runExport(cmd *cobra.Command, e Env, f exportFlags) error {
	passphrase, err := e.passphrase(f.passphraseFile)
	switch {
	case err != nil:
		return err
	case f.withoutSecrets:
		passphrase = secret.String{}
	case passphrase.IsZero():
		return fault.New(fault.Invalid, "passphrase_missing", "An export holds secrets: give a passphrase in %s or with --%s, or leave the secrets "+
			"out with --without-secrets.", config.ExportPassphrase, passphraseFlag)
	}
	if isTerminal(e.Out) && !f.withoutSecrets {
		return fault.New(fault.Invalid, "output_is_terminal", "An encrypted export cannot be shown: write it to a file with > FILE.")
	}
	m, err := e.move(cmd)
	if err != nil {
		return err
	}
	m.Passphrase, m.History = passphrase, f.history
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	counts, err := m.Export(ctx, outlet{e.Out})
	if err != nil {
		return err
	}
	e.tally("Exported", counts)
	if f.withoutSecrets {
		fmt.Fprintln(e.Err, "Signing keys, headers and passwords of endpoints, secrets and addresses of sources, and remembered answers, are NOT in this export: "+
			"it is no backup.")
	}
	return nil
}

// outlet is where an export goes. That it is full or gone is no failure of ours.
type outlet struct{ io.Writer }

// Write implements io.Writer.
func (o outlet) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		err = fault.New(fault.Unavailable, "output_failed", "The export could not be written to its end: free some space, and throw away what is there.").Because(err)
	}
	return n, err
}

// passphraseFlag names the file of a passphrase, which is also read from a variable.
const passphraseFlag = "passphrase-file"

// shortest is how long a passphrase must be: an export is kept where people may try.
const shortest = 12

// passphrase returns what the person gave, and the zero one if nothing.
func (e Env) passphrase(file string) (secret.String, error) {
	text, err := e.hidden(config.ExportPassphrase, file)
	if err == nil && text != "" && len(text) < shortest {
		err = fault.New(fault.Invalid, "passphrase_short", "The passphrase is too short: use at least %d characters.", shortest)
	}
	return secret.Text(text), err
}

// hidden returns a secret text from the first line of a file, if one is named, or from the variable.
func (e Env) hidden(variable, file string) (string, error) {
	if file == "" {
		return e.variable(variable), nil
	}
	text, err := os.ReadFile(file) //nolint:gosec // the person names it
	if err != nil {
		return "", unreadable(file, err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

// variable returns the value of an environment variable that is no setting.
func (e Env) variable(name string) string {
	for _, pair := range e.Environ {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// move returns what an export and an import have in common.
func (e Env) move(cmd *cobra.Command) (app.Move, error) {
	settings, err := e.load(cmd)
	m := app.Move{Config: settings.Config, Clock: e.Clock, Log: app.NewLog(e.Err, settings.Config)}
	if isTerminal(e.Err) {
		m.Progress = func(counts transfer.Counts) { fmt.Fprintf(e.Err, "\r%s", summary(counts)) }
	}
	return m, err
}

// tally says what went through.
func (e Env) tally(done string, counts transfer.Counts) {
	if isTerminal(e.Err) {
		fmt.Fprint(e.Err, "\r\x1b[K")
	}
	fmt.Fprintf(e.Err, "%s %s.\n", done, summary(counts))
}

// summary names what there is of each kind, such as "2 applications, 1 endpoint".
func summary(counts transfer.Counts) string {
	var parts []string
	for _, kind := range transfer.Kinds() {
		if n := counts[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, plural(kind, n)))
		}
	}
	if len(parts) == 0 {
		return "nothing: there is nothing"
	}
	return strings.Join(parts, ", ")
}

func plural(kind string, n int64) string {
	word, known := map[string]string{
		"eventType": "event type", "adHocEventType": "ad hoc event type", "claim": "idempotency key", "tally": "hourly count", "received": "received webhook",
		"seen": "dedupe key", "refusals": "refusal count", "refused": "refused request",
	}[kind]
	if !known {
		word = kind
	}
	switch {
	case n == 1:
		return word
	case word == "delivery":
		return "deliveries"
	}
	return word + "s"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
