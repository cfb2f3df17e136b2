package all_test

import (
	"net/url"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

const mailgunToken = "e0b5477167110d68991efc6b9f89f0a11066af27834600e123"

func mailgunSample(field, variant string) sample {
	return sample{
		provider: "mailgun", options: provider.Options{"signature": variant}, secret: "key-1", foreign: "key-2",
		body: `{}`,
		sign: func(s signing) {
			s.Body = []byte(`{"signature":{"token":"` + mailgunToken + `","timestamp":` + quote(s.stamp) + `,"` + field + `":"` +
				hex256(s.secret, s.stamp, mailgunToken) + `"},"event-data":{"event":"opened","timestamp":1772366398.5,"id":"Ase7i2zsRYeDXztHGENqRA"}}`)
		},
		id: mailgunToken, kind: "opened",
	}
}

func mailgunOwnSample() sample { return mailgunSample("signature", "own") }

func mailgunParentSample() sample { return mailgunSample("parent-signature", "parent") }

// Received messages come as forms with the same three fields.
func mailgunMessageSample() sample {
	s := mailgunOwnSample()
	s.contentType, s.kind = "application/x-www-form-urlencoded", ""
	s.sign = func(g signing) {
		g.Body = []byte("subject=hi+there&token=" + mailgunToken + "&timestamp=" + url.QueryEscape(g.stamp) +
			"&signature=" + hex256(g.secret, g.stamp, mailgunToken))
	}
	return s
}

// The signature does not cover the event, so an event with another id behind the same token is no second one.
func TestMailgunChangedEventIsARepetition(t *testing.T) {
	t.Parallel()
	s := mailgunOwnSample()
	c := clone(s.good(t))
	place{"JSON", "event-data.id"}.set(&c.Request, "another")

	want, err := s.declared(t).Judge(t.Context(), s.good(t))
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.declared(t).Judge(t.Context(), c)

	if err != nil || got.Key != want.Key {
		t.Errorf("%q, %q: %v", got.Key, want.Key, err)
	}
}
