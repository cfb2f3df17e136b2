package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/transfer/svix"
)

// svixFlags are what a person says about a takeover.
type svixFlags struct {
	url       string
	token     string
	tokenFile string
	plainHTTP bool
	update    bool
}

func newImportSvix(e Env) *cobra.Command {
	var f svixFlags
	cmd := &cobra.Command{
		Use:   "svix --url URL",
		Short: "Take over what is set up at a server that speaks the Svix API",
		Long: `Take over applications, endpoints with their signing keys and headers, and event types from
a server that speaks the Svix API, with their ids kept. Messages stay there.

What is here already is left as it is, so that it can be run again; with --update it
becomes what the source says. The token is read from POSTHORN_IMPORT_TOKEN, from
SVIX_TOKEN, or from the first line of --token-file; as a flag every user of the machine
could see it. An http:// address on another machine is refused, since the token would go
there in clear, unless --insecure-http is given. With SQLite, no server may run on the
data. At the end it lists what could not be taken over, such as headers whose values the
source does not show.` +
			exits(exitRefused, exitMissing, exitTaken, exitUnavailable, exitPartly),
		Example: "  POSTHORN_IMPORT_TOKEN=... posthorn import svix --url https://api.eu.svix.com --data ./data",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runImportSvix(cmd, e, f) },
	}
	config.AddFlags(cmd.Flags(), "data", "database_url", "allow_networks", "allow_http")
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "", "address of the source")
	flags.StringVar(&f.token, "token", "", "token of the source (better: $"+config.ImportToken+")")
	flags.StringVar(&f.tokenFile, "token-file", "", "file whose first line is the token")
	flags.BoolVar(&f.plainHTTP, "insecure-http", false, "send the token in clear, to an http:// address on another machine")
	flags.BoolVar(&f.update, "update", false, "overwrite what is here with what the source says")
	return cmd
}

func runImportSvix(cmd *cobra.Command, e Env, f svixFlags) error {
	token, err := e.sourceToken(f)
	if err != nil {
		return err
	}
	m, err := e.move(cmd)
	if err != nil {
		return err
	}
	o := app.Takeover{URL: f.url, Token: token, PlainHTTP: f.plainHTTP, Update: f.update}
	if isTerminal(e.Err) {
		o.Progress = func(r svix.Report) { fmt.Fprintf(e.Err, "\r%s", takenOver(r)) }
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	report, err := m.TakeOver(ctx, o)
	if err != nil {
		return err
	}
	return e.report(report)
}

func (e Env) sourceToken(f svixFlags) (secret.String, error) {
	text, err := e.hidden(config.ImportToken, f.tokenFile)
	if text == "" {
		text = e.variable("SVIX_TOKEN")
	}
	if f.token != "" {
		text = f.token
	}
	if err == nil && text == "" {
		err = fault.New(fault.Invalid, "token_missing", "Give the token of the source in %s or with --token-file.", config.ImportToken)
	}
	return secret.Text(text), err
}

// report says what was taken over, and what was not.
func (e Env) report(r svix.Report) error {
	if isTerminal(e.Err) {
		fmt.Fprint(e.Err, "\r\x1b[K")
	}
	fmt.Fprintln(e.Err, takenOver(r))
	for _, l := range r.Left {
		fmt.Fprintf(e.Err, "  %s: %s\n", l.What, l.Why)
	}
	if len(r.Left) > 0 {
		return fault.New(fault.Conflict, "left_behind", "Not everything could be taken over as a whole: see the %d lines above.", len(r.Left))
	}
	return nil
}

func takenOver(r svix.Report) string {
	part := func(word string, c svix.Counts) string {
		return fmt.Sprintf("%s: %d new, %d updated, %d here before", word, c.Created, c.Updated, c.Kept)
	}
	return part("Event types", r.EventTypes) + "; " + part("applications", r.Applications) + "; " + part("endpoints", r.Endpoints) + "."
}
