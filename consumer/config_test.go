package consumer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/consumer"
)

func TestWhatCannotBeVerifiedIsNotBuilt(t *testing.T) {
	t.Parallel()
	b := &box{}
	good := consumer.Config{Provider: "github", Secrets: []consumer.Secret{secret}, Fallback: b.put}
	for name, change := range map[string]func(*consumer.Config){
		"no provider":             func(c *consumer.Config) { c.Provider = "" },
		"an unknown provider":     func(c *consumer.Config) { c.Provider = "githug" },
		"no secret":               func(c *consumer.Config) { c.Secrets = nil },
		"an empty secret":         func(c *consumer.Config) { c.Secrets = []consumer.Secret{""} },
		"a blank second secret":   func(c *consumer.Config) { c.Secrets = []consumer.Secret{secret, " \n"} },
		"a malformed secret":      func(c *consumer.Config) { c.Provider, c.Secrets = "svix", []consumer.Secret{"?"} },
		"a secret for none":       func(c *consumer.Config) { c.Provider = "none" },
		"an unknown option":       func(c *consumer.Config) { c.Options = map[string]string{"x": "1"} },
		"a missing option":        func(c *consumer.Config) { c.Provider = "meta" },
		"a signed address":        func(c *consumer.Config) { c.Provider = "twilio" },
		"an address with query":   func(c *consumer.Config) { c.Provider, c.PublicURL = "twilio", "https://a.example/in?x=1" },
		"an address with no host": func(c *consumer.Config) { c.PublicURL = "/in" },
		"nothing to take events":  func(c *consumer.Config) { c.Fallback = nil },
		"a route to nothing":      func(c *consumer.Config) { c.Routes = map[string]consumer.Func{"push": nil} },
		"a negative size":         func(c *consumer.Config) { c.MaxBody = -1 },
		"a negative deadline":     func(c *consumer.Config) { c.Deadline = -1 },
		"no secret to be learned": func(c *consumer.Config) { c.Provider, c.Secrets = "asana", nil },
		"nothing to learn": func(c *consumer.Config) {
			c.Secrets, c.Learn = nil, func(context.Context, consumer.Secret) error { return nil }
		},
	} {
		c := good
		change(&c)
		if _, err := consumer.New(c); err == nil || !strings.HasPrefix(err.Error(), "consumer: ") || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	build(t, good)
}

func TestWhatIsWrongIsSaidOnce(t *testing.T) {
	t.Parallel()
	b := &box{}
	secrets := func(s ...consumer.Secret) []consumer.Secret { return s }
	for want, c := range map[string]consumer.Config{
		`consumer: no provider is called "githug"`:                                                              {Provider: "githug"},
		`consumer: svix: the secret does not have the form that this provider hands out`:                        {Provider: "svix", Secrets: secrets("?")},
		`consumer: github: the secret is blank, so nothing can be verified`:                                     {Provider: "github", Secrets: secrets("")},
		`consumer: GitHub has no option "x"`:                                                                    {Provider: "github", Secrets: secrets(secret), Options: map[string]string{"x": "1"}},
		`consumer: hmac: the option "encoding" is one of hex, base64, base64url`:                                {Provider: "hmac", Secrets: secrets(secret), Options: map[string]string{"encoding": "x"}},
		`consumer: github needs a secret: Secret, the text you enter as the webhook's secret`:                   {Provider: "github"},
		`consumer: twilio signs the address, so PublicURL must say which one it was given`:                      {Provider: "twilio", Secrets: secrets(secret)},
		`consumer: asana tells its secret in a handshake: give the one that was told, or a Learn that keeps it`: {Provider: "asana"},
	} {
		c.Fallback = b.put

		_, err := consumer.New(c)

		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	const token = "glpat-the-token"
	b, log := &box{}, &bytes.Buffer{}
	c := consumer.Config{
		Provider: "gitlab", Secrets: []consumer.Secret{token}, Fallback: b.put, Log: slog.New(slog.NewTextHandler(log, nil)),
	}
	h := build(t, c)
	hook := push(`{"object_kind":"push"}`)
	hook.Header.Set("X-Gitlab-Token", token)
	hook.Header.Set("X-Copy", "token="+token)
	hook.Header.Set("Authorization", "Bearer abc")
	hook.Header.Set("Cookie", "session=abc")
	hook.Header.Set("Connection", "X-Hop")
	hook.Header.Set("X-Hop", "1")

	equal(t, "answer", send(h, hook).Code, http.StatusOK)
	send(h, with(hook, "X-Gitlab-Token", "wrong"))

	asJSON, err := json.Marshal(c.Secrets)
	check(t, err)
	event, err := json.Marshal(b.events)
	check(t, err)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %q %x %d", c, c, c, c.Secrets, c.Secrets, c.Secrets, c.Secrets), fmt.Sprintf("%+v", h), log.String(), string(asJSON), string(event)} {
		for _, bad := range []string{token, fmt.Sprintf("%x", token), "Bearer abc", "session=abc", "X-Hop"} {
			if strings.Contains(text, bad) {
				t.Errorf("%q is in %s", bad, text)
			}
		}
	}
	equal(t, "another header", b.events[0].Header.Get("X-GitHub-Event"), "push")
	if !strings.Contains(log.String(), "no_match") && !strings.Contains(log.String(), "does not match") {
		t.Errorf("the log does not say why: %s", log)
	}
}
