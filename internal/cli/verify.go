package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider/diagnose"
)

// verifyExample can be pasted as it stands. Secret, body and signature are those of GitHub's documentation,
// "Validating webhook deliveries".
const verifyExample = `  export POSTHORN_VERIFY_SECRET="It's a Secret to Everybody"
  signature='X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  printf 'Hello, World!' | posthorn verify --provider github --header "$signature" --body -
  printf 'POST / HTTP/1.1\nContent-Type: application/json\n%s\n\nHello, World!' "$signature" > captured.txt
  posthorn verify captured.txt`

// verifyFlags are what a person says about a captured request.
type verifyFlags struct {
	provider    string
	secretFiles []string
	options     []string
	url         string
	at          string
	method      string
	headers     []string
	body        string
	json        bool
}

func newVerify(e Env) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Say whether a captured webhook verifies, and if not, why",
		Long: `Judge a captured request as a receiver would, and if it is refused, find out why: a secret
pasted in another form, a body that was written again on its way, a clock, a header that was
renamed, another address, another provider.

The request is read from the file or from standard input as it is sent (METHOD /path
HTTP/1.1, headers, an empty line, the body to its last byte), or put together from --header and
--body; then no content type is judged that is not given. The secret is read from
POSTHORN_VERIFY_SECRET or from --secret-file and is never shown. Without --provider all are
tried. Timestamps are judged as of --at, else as of the header Date, else as of now. Nothing
is sent but for public keys, which are fetched from the provider's own hosts.` + exits(exitRefused, exitMissing, exitUnavailable),
		Example: verifyExample,
		Args:    cobra.ArbitraryArgs,
		RunE:    func(cmd *cobra.Command, args []string) error { return runVerify(cmd, e, f, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.provider, "provider", "", "whose webhook it is, such as github; found out if empty")
	flags.StringArrayVar(&f.secretFiles, "secret-file", nil, "file that holds one secret or public key; may be repeated")
	flags.StringArrayVar(&f.options, "option", nil, "option of the provider as NAME=VALUE; may be repeated")
	flags.StringVar(&f.url, "url", "", "public URL that the provider was given, if it is signed")
	flags.StringVar(&f.at, "at", "", "when the request was received, such as 2026-03-01T12:00:00Z")
	flags.StringArrayVar(&f.headers, "header", nil, "header as NAME: VALUE; may be repeated")
	flags.StringVar(&f.body, "body", "", "file that holds the body, - for standard input")
	flags.StringVar(&f.method, "method", "", "method, if there is no request line (default POST)")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	return cmd
}

func runVerify(cmd *cobra.Command, e Env, f verifyFlags, args []string) error {
	c, now, err := e.verifyCase(cmd, f, args)
	if err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	report, err := diagnose.Run(ctx, c)
	if err != nil {
		return fault.In("provider", "unknown_provider", "No provider is called %q.", f.provider)
	}
	if err := lack(c, report); err != nil {
		return err
	}
	if err := e.printReport(report, f.json); err != nil {
		return err
	}
	if report.Verified {
		return nil
	}
	if f.apart() && f.body == "" {
		fmt.Fprintln(e.Err, "No body was given, so it was judged as empty: give it with --body.")
	}
	if now && report.SignedAt != nil {
		fmt.Fprintln(e.Err, "The capture does not say when it was received, so it was judged as of now: give the time with --at.")
	}
	return fault.New(fault.Unauthenticated, "not_verified", "The request does not verify.")
}

// printReport writes the outcome for a program or for a person.
func (e Env) printReport(r diagnose.Report, asJSON bool) error {
	if !asJSON {
		writeReport(e.Out, r)
		return nil
	}
	encoder := json.NewEncoder(e.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}
