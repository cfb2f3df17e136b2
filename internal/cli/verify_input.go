package cli

import (
	"bytes"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/provider/diagnose"
	"github.com/posthorn/posthorn/internal/provider/fetch"
)

// mostVerified bounds what is read of a capture.
const mostVerified = 32 << 20

// verifyCase puts together what is judged. It also returns whether the time is only the machine's.
func (e Env) verifyCase(cmd *cobra.Command, f verifyFlags, args []string) (c diagnose.Case, now bool, err error) {
	capture, err := captured(cmd, f, args)
	if err != nil {
		return c, false, err
	}
	at, now, err := e.receivedAt(f.at, capture)
	if err != nil {
		return c, now, err
	}
	secrets, err := e.verifySecrets(f)
	if err != nil {
		return c, now, err
	}
	options, err := optionsOf(f)
	if err != nil {
		return c, now, err
	}
	request := provider.Request{Method: capture.Method, Query: capture.Query, Header: capture.Header, Body: capture.Body, ReceivedAt: at}
	if err := address(&request, f.url, capture); err != nil {
		return c, now, err
	}
	return diagnose.Case{
		Catalog: all.Catalog(), Provider: f.provider, Missing: capture.Missing,
		Untyped: f.apart() && capture.Header.Get("Content-Type") == "",
		Check:   provider.Check{Request: request, Secrets: secrets, Options: options, Keys: fetch.New(fetch.Guarded(e.Clock), e.Clock)},
	}, now, nil
}

// captured reads the request from where it is.
func captured(cmd *cobra.Command, f verifyFlags, args []string) (diagnose.Capture, error) {
	if len(args) > 1 || f.apart() && len(args) > 0 {
		return diagnose.Capture{}, fault.New(fault.Invalid, "bad_arguments", "Give one file with the whole request, or --header and --body.")
	}
	if f.apart() {
		return assembled(cmd, f)
	}
	from := "-"
	if len(args) == 1 {
		from = args[0]
	}
	text, err := contents(cmd, from)
	if err != nil {
		return diagnose.Capture{}, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return diagnose.Capture{}, noRequest(from)
	}
	c, err := diagnose.Parse(text)
	if f.method != "" {
		c.Method = strings.ToUpper(f.method)
	}
	return c, err
}

// apart reports whether the request is given in parts.
func (f verifyFlags) apart() bool { return len(f.headers) > 0 || f.body != "" }

// noRequest says what was expected of an input that has nothing in it.
func noRequest(from string) error {
	where := "The file " + from + " is empty"
	if from == "-" {
		where = "Nothing came on standard input"
	}
	return fault.New(fault.Invalid, "input_empty", "%s: give a request as it is sent (METHOD /path HTTP/1.1, headers, an empty line, the body) "+
		"in a file or on standard input, or its parts with --header and --body.", where)
}

// assembled puts a request together from flags.
func assembled(cmd *cobra.Command, f verifyFlags) (diagnose.Capture, error) {
	c, err := diagnose.Parse([]byte(strings.Join(append(f.headers, "", ""), "\n")))
	if err != nil {
		return c, fault.In("header", "bad_header", "The flag --header takes NAME: VALUE.")
	}
	c.Missing = 0 // what is announced is not known to be about this file
	if f.method != "" {
		c.Method = strings.ToUpper(f.method)
	}
	if f.body != "" {
		c.Body, err = contents(cmd, f.body)
	}
	return c, err
}

// contents returns what a file holds, or standard input for "-".
func contents(cmd *cobra.Command, name string) ([]byte, error) {
	var from io.Reader
	switch {
	case name != "-":
		file, err := os.Open(name)
		if err != nil {
			return nil, unreadable(name, err)
		}
		defer file.Close() //nolint:errcheck // it was only read
		from = file
	case isTerminal(os.Stdin):
		return nil, fault.New(fault.Invalid, "input_missing", "Give the file with the request, or pipe it in: posthorn verify < FILE.")
	default:
		from = cmd.InOrStdin()
	}
	text, err := io.ReadAll(io.LimitReader(from, mostVerified+1))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "input_failed", "The request could not be read to its end.").Because(err)
	}
	if len(text) > mostVerified {
		return nil, fault.New(fault.TooLarge, "input_too_large", "The request is larger than 32 MiB.")
	}
	return text, nil
}

// receivedAt is when the request came, and whether nobody said so.
func (e Env) receivedAt(flag string, c diagnose.Capture) (at time.Time, now bool, err error) {
	if flag != "" {
		at, err = time.Parse(time.RFC3339, flag)
		if err != nil {
			err = fault.In("at", "bad_flag", "The flag --at takes a time such as 2026-03-01T12:00:00Z.")
		}
		return at, false, err
	}
	if at, ok := c.At(); ok {
		return at, false, nil
	}
	return e.Clock.Now(), true, nil
}

// verifySecrets returns the secrets of the files, and without any the one of the variable.
func (e Env) verifySecrets(f verifyFlags) ([]provider.Secret, error) {
	var secrets []provider.Secret
	for _, name := range f.secretFiles {
		text, err := os.ReadFile(name) //nolint:gosec // the person names it
		if err != nil {
			return nil, unreadable(name, err)
		}
		if secrets = append(secrets, provider.Secret(text)); secrets[len(secrets)-1].Blank() {
			return nil, fault.In("secret-file", "secret_blank", "The file %s holds no secret.", name)
		}
	}
	if s := provider.Secret(e.variable(config.VerifySecret)); len(secrets) == 0 && !s.Blank() {
		secrets = append(secrets, s)
	}
	return secrets, e.needSecret(f, secrets)
}

// needSecret says what is missing where the answer would be nothing but that.
func (e Env) needSecret(f verifyFlags, secrets []provider.Secret) error {
	p, err := all.Catalog().ByName(f.provider)
	if err != nil || len(secrets) > 0 {
		return nil //nolint:nilerr // that it is unknown is said elsewhere
	}
	options, err := optionsOf(f)
	if err != nil {
		return err
	}
	if facts, err := p.FactsOf(options); err == nil && facts.Keyed {
		return noSecret(p)
	}
	return nil
}

// optionsOf returns the options, all of which the provider must know if it is named.
func optionsOf(f verifyFlags) (provider.Options, error) {
	options := provider.Options{}
	p, err := all.Catalog().ByName(f.provider)
	named := err == nil
	for _, pair := range f.options {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fault.In("option", "bad_flag", "The flag --option takes NAME=VALUE.")
		}
		if named && !slices.ContainsFunc(p.Options, func(o provider.Option) bool { return o.Name == name }) {
			return nil, fault.In("option", "unknown_option", "%s has no option %q.", p.Name, name)
		}
		if err := allowed(p, name, value); err != nil {
			return nil, err
		}
		options[name] = value
	}
	return options, nil
}

// allowed refuses a value that the option cannot have.
func allowed(p provider.Provider, name, value string) error {
	for _, o := range p.Options {
		if o.Name == name && len(o.Values) > 0 && !slices.Contains(o.Values, value) {
			return fault.In("option", "bad_option", "The option %q of %s is one of %s.", name, p.Name, strings.Join(o.Values, ", "))
		}
	}
	return nil
}

// address sets the public URL, and the query where the capture has none of its own.
func address(r *provider.Request, flag string, c diagnose.Capture) error {
	if flag == "" {
		r.PublicURL = c.Address()
		return nil
	}
	u, err := url.Parse(flag)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fault.In("url", "bad_flag", "The flag --url takes an address such as https://hooks.example.com/in/x.")
	}
	var query string
	r.PublicURL, query, _ = strings.Cut(flag, "?")
	if r.Query == "" {
		r.Query = query
	}
	return nil
}
