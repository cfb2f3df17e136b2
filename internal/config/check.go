package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/retry"
	"github.com/posthorn/posthorn/internal/secret"
)

// check looks at what no tag can say and returns a sentence for each setting that is wrong.
func (l *Loaded) check() []string {
	var problems []string
	for _, value := range l.Values {
		if err := l.checkOne(value.Key); err != nil {
			problems = append(problems, value.problem(err))
		}
	}
	return problems
}

func (l *Loaded) checkOne(key string) error {
	switch key {
	case "listen":
		return checkListen(l.Listen)
	case "data":
		return checkFolder(l.Data)
	case "public_url":
		return checkURL(l.PublicURL)
	case "admin_token":
		return ifSet(l.AdminToken, func(s secret.String) error { return auth.CheckAdminToken(s.Reveal()) })
	case "jwt_secret":
		return ifSet(l.JWTSecret, func(s secret.String) error { return auth.CheckJWTSecret(s) })
	case "jwt_organization":
		return l.checkOrganization()
	case "encryption_key":
		return ifSet(l.EncryptionKey, func(s secret.String) error {
			_, err := secret.FromText(s.Reveal())
			return err
		})
	case "memory":
		if l.Memory < l.MaxBody {
			return errors.New("it must not be smaller than max_body")
		}
	case "retention":
		return l.checkRetention()
	}
	return nil
}

func (l *Loaded) checkOrganization() error {
	usable := !l.JWTSecret.IsZero() && auth.CheckJWTSecret(l.JWTSecret) == nil
	if l.Organization == "" && !usable { // not needed, or the secret is refused already
		return nil
	}
	return auth.CheckJWTOrganization(l.Organization)
}

// checkRetention refuses to forget a message that is still being retried, or one that a repeat of its
// idempotency key has to be answered with.
func (l *Loaded) checkRetention() error {
	least := hook.KeepKeys
	for failed := range l.RetrySchedule.Retries() {
		wait, _ := l.RetrySchedule.Wait(failed+1, 1, 0) // as long as chance makes it
		least += wait
	}
	if l.Retention >= least {
		return nil
	}
	return fmt.Errorf("it must be at least %s, which is all waits of retry_schedule, each stretched by a fifth, and "+
		"the %s for which an idempotency key counts; lengthen it or shorten retry_schedule", retry.Text(least), retry.Text(hook.KeepKeys))
}

// problem puts the setting's names in front of a check's own sentence.
func (v Value) problem(err error) string {
	if found := reason(""); errors.Is(err, errValue) || errors.As(err, &found) {
		return v.complaint(v.Text, err)
	}
	sentence := err.Error()
	if problem := (*fault.Error)(nil); errors.As(err, &problem) {
		sentence = problem.Detail
	}
	origin := "not set"
	if v.Origin != "" {
		origin = "here from " + v.Origin
	}
	return "The setting " + v.Key + " (" + v.Names() + ", " + origin + ") is not usable: " + sentence
}

func ifSet(s secret.String, check func(secret.String) error) error {
	if s.IsZero() {
		return nil
	}
	return check(s)
}

func checkListen(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return errValue
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return reasonf("the port %q is no number from 0 to 65535", port)
	}
	return nil
}

// checkFolder refuses a path at which there is something else than a folder. One that is not there yet is
// made later, and whether it can be used shows then.
func checkFolder(path string) error {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return reason("it is not a directory")
	}
	return nil
}

func checkURL(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errValue
	}
	return nil
}
