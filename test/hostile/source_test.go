package hostile_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// TestHostileWebhooksAreRefusedAndTheServerGoesOn has the rows of section S that show from outside. What is right with
// one provider and wrong with another is for the tests of providers, which README.md names.
func TestHostileWebhooksAreRefusedAndTheServerGoesOn(t *testing.T) {
	t.Parallel()
	trap := harness.NewReceiver(t) // nobody may come here
	s := harness.Start(t)
	pid := s.PID()

	rows(t, s, map[string]func(*testing.T, *harness.Server){
		"S1 to S8 S12 S17 proofs that are none":  forgeriesAreRefused,
		"S9 S10 replays":                         replaysMakeNothing,
		"S13 forms in another spelling":          formsAreReadAsTheirProvidersSay,
		"S14 S25 signed for another address":     addressesAreSignedAsTheyWereGiven,
		"S16 S17 no secret":                      sourcesWithoutASecretTakeNothing,
		"S16 blank secrets":                      blankSecretsAreRefused,
		"S18 unknown providers":                  unknownProvidersAreRefused,
		"S19 S20 addresses in a webhook":         strangersAddressesAreNotVisited(trap.URL),
		"S21 challenges of 1 MB":                 longChallengesAreRefused,
		"S21 challenges of HTML":                 challengesAreText,
		"S22 other methods":                      otherMethodsMakeNoEvent,
		"S24 large bodies":                       largeWebhooksAreRefused,
		"S24 compressed bodies":                  compressedWebhooksAreRefused,
		"S24 forms of 10,000 parts":              manyPartsAreNotTakenApart,
		"S24 deep nesting":                       deepBodiesAreHandedOnAsText,
		"S25 signed for another source":          proofsOfOtherSourcesAreRefused,
		"S26 a flood of forged requests":         forgedFloodLeavesNothing,
		"S27 credentials and headers of the way": credentialsOfSendersGoNowhere,
		"S27 credentials on the list":            credentialsCannotBeListed,
		"S28 pages for an answer":                answersAreNoPages,
		"S28 pages as text":                      answersRunNothing,
	})

	harness.Equal(t, "requests in the trap", len(trap.Arrivals()), 0)
	survived(t, s, pid)
	staysSmall(t, pid)
}

// webhook is a request to a source, by its provider or by somebody who would like to be one.
type webhook struct {
	method string // POST if empty
	host   string // that of the server if empty
	query  string
	header map[string]string
	body   string
}

// with returns the webhook with another header; one without a value is taken away.
func (w webhook) with(name, value string) webhook {
	header := map[string]string{name: value}
	for n, v := range w.header {
		if n != name {
			header[n] = v
		}
	}
	if value == "" {
		delete(header, name)
	}
	w.header = header
	return w
}

// try sends a webhook and returns the answer, whatever it is.
func (i inlet) try(t *testing.T, s *harness.Server, w webhook) harness.Reply {
	t.Helper()
	method := w.method
	if method == "" {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), method, i.address+"?"+w.query, strings.NewReader(w.body))
	harness.Check(t, err)
	r.Host = w.host
	for name, value := range w.header {
		r.Header.Set(name, value)
	}
	return s.Send(t, r)
}

// turnsAway checks that a source refuses a webhook in a form that no browser makes anything of.
func (i inlet) turnsAway(t *testing.T, s *harness.Server, what string, w webhook, want int) harness.Reply {
	t.Helper()
	reply := i.try(t, s, w)
	harness.Equal(t, what+": nosniff", reply.Header.Get("X-Content-Type-Options"), "nosniff")
	if w.method == http.MethodHead {
		return wanted(t, what, reply, want)
	}
	failure(t, what, reply, want)
	return reply
}

// received is what the API says about a webhook that a source took.
type received struct {
	ID, Status, MessageID, Query, Body string
	Headers                            map[string][]string
}

// received returns what the source has taken, the newest first.
func (i inlet) received(t *testing.T, s *harness.Server) []received {
	t.Helper()
	var list struct{ Data []received }
	do(t, s, http.MethodGet, i.path+"/received?with_content=true&limit=250", nil, http.StatusOK).JSON(t, &list)
	return list.Data
}

// tookNothing checks that nothing of what was sent to the source is kept, or on its way to anybody.
func (i inlet) tookNothing(t *testing.T, s *harness.Server) {
	t.Helper()
	harness.Equal(t, "received webhooks", len(i.received(t, s)), 0)
	harness.Equal(t, "messages", i.messages(t, s), 0)
}

// messages returns how many messages there are for the source's endpoints.
func (i inlet) messages(t *testing.T, s *harness.Server) int {
	t.Helper()
	var list struct{ Data []struct{ ID string } }
	do(t, s, http.MethodGet, i.app+"/msg?limit=250", nil, http.StatusOK).JSON(t, &list)
	return len(list.Data)
}
