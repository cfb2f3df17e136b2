package receive_test

import (
	"context"
	"errors"
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/receive"
)

// asana asks whether the address is ours, with the secret that it will sign with.
func asana(secret string) *receive.Request {
	r := signed("")
	r.Header = map[string][]string{"X-Hook-Secret": {secret}}
	return r
}

func TestSecretThatAProviderTellsIsLearnedOnce(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) { s.Provider, s.Secrets = "asana", nil })

	first, err := in.send(asana("b537207f20cbfa02357cf448134da559e8bd39d6"))
	check(t, err)
	_, second := in.send(asana("of somebody else"))

	if first.Header["X-Hook-Secret"] != "b537207f20cbfa02357cf448134da559e8bd39d6" || kindOf(second) != fault.Unauthenticated {
		t.Errorf("got %+v and %v", first, second)
	}
	if got := len(in.memory.sources[in.source.Key].Secrets); got != 1 {
		t.Errorf("%d secrets are kept", got)
	}
}

func TestHeaderThatTheSenderWantsBackIsInTheAnswerAndNowhereElse(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) {
		s.Provider, s.Rules.Answer = "adobe-sign", hook.Answer{Status: 202, Body: "taken"}
	})
	r := signed(`{"event":"AGREEMENT_CREATED"}`)
	r.Header = map[string][]string{"Content-Type": {"application/json"}, "X-Adobesign-Clientid": {signing}}

	answer, err := in.send(r)
	check(t, err)

	if answer.Header["X-AdobeSign-ClientId"] != signing || answer.Status != 202 || string(answer.Body) != "taken" {
		t.Errorf("got %+v", answer)
	}
	r.Header["X-Adobesign-Clientid"] = []string{"another"}
	if refused, err := in.send(r); err == nil || len(refused.Header) > 0 {
		t.Errorf("got %+v and %v for another client id", refused, err)
	}
}

// traveller visits, or fails to.
type traveller struct {
	visited []string
	fail    error
}

func (v *traveller) Visit(_ context.Context, address string, _ []string) error {
	v.visited = append(v.visited, address)
	return v.fail
}

func TestConfirmationThatCannotBeVisitedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	in := newIntake(t, func(s *hook.Source) { s.Provider, s.Secrets = "visiting", nil })
	v := &traveller{fail: errors.New("no way there")}
	in.Visitor = v
	r := signed(`{"kind":"confirm","url":"https://confirm.example.com/?token=1"}`)

	_, failed := in.send(r)
	v.fail = nil
	answer, err := in.send(r)
	check(t, err)

	if kindOf(failed) != fault.Unavailable || answer.Status != 200 || len(v.visited) != 2 || v.visited[0] != "https://confirm.example.com/?token=1" {
		t.Errorf("got %v and %d after %v", failed, answer.Status, v.visited)
	}
}

// visiting is a provider that wants its subscriptions confirmed.
func visiting() provider.Provider {
	return provider.Provider{
		Name: "visiting", Scheme: provider.Nothing{},
		Handshakes: []provider.Handshake{{
			Name: "confirm", When: []provider.Match{{At: provider.JSONPath("kind"), Equals: "confirm"}},
			Visit: provider.Fetched{From: provider.JSONPath("url"), Hosts: []string{"confirm.example.com"}},
		}},
	}
}

// batches sends several events at a time and proves nothing.
func batches() provider.Provider {
	return provider.Provider{Name: "batches", Scheme: provider.Nothing{}, Type: provider.JSONPath("0.event")}
}

func TestAddressIsNotTakenForUnknownWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.memory.setAway(fault.New(fault.Unavailable, "away", "Away."))

	_, away := in.send(signed(`{}`))
	in.memory.setAway(nil)
	_, back := in.send(signed(`{}`))

	if kindOf(away) != fault.Unavailable || back != nil {
		t.Errorf("got %v and %v", away, back)
	}
}
