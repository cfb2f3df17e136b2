package all

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// A challenge is the question that a sender asks before it sends anything. The generic providers let the owner of a
// source describe one: how it differs from a webhook, what the answer holds, and which requests get it.

const (
	challengeName   = "challenge"
	challengeEcho   = "challenge_echo"
	challengeAnswer = "challenge_answer"
	challengeMethod = "challenge_method"
	challengeWhen   = "challenge_when"
	challengeEquals = "challenge_equals"
	challengeAs     = "challenge_as"
	challengeMember = "challenge_member"
	challengeStatus = "challenge_status"
	challengeFrom   = "challenge_from"
	challengeToken  = "challenge_token"
)

// maxChallengeAnswer is in bytes.
const maxChallengeAnswer = 1 << 10

func challengeOptions() []provider.Option {
	return []provider.Option{
		{Name: challengeEcho, Meaning: "Where the challenge stands that is given back: `query:NAME`, `header:NAME`, `form:NAME` or `json:PATH`. At most 1 KiB of printable text is."},
		{Name: challengeAnswer, Meaning: "The text or JSON that answers a challenge, where it is always the same; in place of `challenge_echo`. At most 1 KiB."},
		{Name: challengeMethod, Meaning: "The challenge's method.", Default: http.MethodPost, Values: []string{http.MethodPost, http.MethodGet, http.MethodHead, http.MethodOptions}},
		{Name: challengeWhen, Meaning: "A place that only a challenge has, written as in `challenge_echo`. Without it, a challenge is what has the place of `challenge_echo`."},
		{Name: challengeEquals, Meaning: "What must stand at `challenge_when`; anything unless set."},
		{Name: challengeAs, Meaning: "How the answer is written.", Default: "text", Values: []string{"text", "json"}},
		{Name: challengeMember, Meaning: "The JSON member of the answer that has the challenge.", Default: "challenge"},
		{Name: challengeStatus, Meaning: "The answer's status.", Default: "200", Values: []string{"200", "202", "204"}},
		{
			Name: challengeFrom, Default: "signed", Values: []string{"signed", "token", "anyone"},
			Meaning: "Who is answered: who proves itself as for a webhook, who has the `verify_token` at `challenge_token`, or anyone.",
		},
		{Name: challengeToken, Meaning: "Where the word stands that `verify_token` is compared with, written as in `challenge_echo`."},
		{Name: provider.TokenOption, Meaning: "The word that both sides have set up for challenges."},
	}
}

// challenged lets a provider's options declare a challenge.
func challenged(p provider.Provider) provider.Provider {
	p.Options = append(p.Options, challengeOptions()...)
	p.Ask, p.Unused = askedBy, unusedOption
	return p
}

// askedBy returns the handshake that options declare.
func askedBy(o provider.Options) (provider.Handshake, error) {
	empty := o[challengeWhen] != "" && o[challengeStatus] == "204" // a challenge that is answered without a body
	if o[challengeEcho] == "" && o[challengeAnswer] == "" && o[challengeMethod] == http.MethodPost && !empty {
		return provider.Handshake{}, unusedChallenge(o)
	}
	h := provider.Handshake{Name: challengeName, Method: o[challengeMethod], Fixed: o[challengeAnswer]}
	h.Status, _ = strconv.Atoi(o[challengeStatus]) // one of the allowed values, or 200
	for _, read := range []func(*provider.Handshake, provider.Options) error{readEcho, readWhen, readGuard, readAnswer} {
		if err := read(&h, o); err != nil {
			return provider.Handshake{}, err
		}
	}
	return h, nil
}

// unusedChallenge refuses options about a challenge where none is declared.
func unusedChallenge(o provider.Options) error {
	for _, name := range []string{challengeWhen, challengeEquals, challengeToken} {
		if o[name] != "" {
			return provider.BadChoice(name, "Set challenge_echo or challenge_answer: without them no challenge is answered.")
		}
	}
	return nil
}

// unusedOption refuses options about a challenge that have no effect beside the others.
func unusedOption(o provider.Options) error {
	token := o[challengeFrom] == "token"
	noBody := o[challengeStatus] == "204" || o[challengeMethod] == http.MethodHead
	switch {
	case noBody && o[challengeEcho] != "":
		return provider.BadChoice(challengeEcho, "Set challenge_when in place of challenge_echo: an answer with status 204 or to HEAD has no body to hold it.")
	case !token && o[challengeToken] != "":
		return provider.BadChoice(challengeToken, "Leave out challenge_token, or set challenge_from to token.")
	case !token && o[provider.TokenOption] != "":
		return provider.BadChoice(provider.TokenOption, "Leave out verify_token, or set challenge_from to token.")
	case o[challengeMember] != "" && o[challengeAs] != "json":
		return provider.BadChoice(challengeMember, "Leave out challenge_member, or set challenge_as to json.")
	}
	return nil
}

// placeIn returns the piece at the place that an option names.
func placeIn(o provider.Options, name string) (provider.Piece, error) {
	at, err := provider.Place(o[name])
	if err != nil {
		return at, provider.BadChoice(name, err.Error())
	}
	_, rest, _ := strings.Cut(o[name], ":")
	if o[name] != "" && (at.None() || rest == "") {
		return at, provider.BadChoice(name, "Name a place as query:NAME, header:NAME, form:NAME or json:PATH.")
	}
	return at, nil
}

func readEcho(h *provider.Handshake, o provider.Options) (err error) {
	if o[challengeEcho] == "" {
		return nil
	}
	if o[challengeAnswer] != "" {
		return provider.BadChoice(challengeAnswer, "Set one of the options challenge_echo and challenge_answer, not both.")
	}
	h.Reply = []provider.Given{{}}
	if o[challengeAs] == "json" {
		h.Reply[0].Name = o[challengeMember]
	}
	h.Echo, err = placeIn(o, challengeEcho)
	return err
}

// readWhen reads what tells a challenge from a webhook.
func readWhen(h *provider.Handshake, o provider.Options) error {
	at, err := placeIn(o, challengeWhen)
	switch {
	case err != nil:
		return err
	case at.None() && o[challengeEquals] != "":
		return provider.BadChoice(challengeWhen, "Set challenge_when: challenge_equals is compared with what stands there.")
	case !at.None():
		h.When = []provider.Match{{At: at, Equals: o[challengeEquals]}}
	case !h.Echo.None():
		h.When = []provider.Match{{At: h.Echo}}
	case o[challengeMethod] == http.MethodPost:
		return provider.BadChoice(challengeWhen, "Set challenge_when: without it every webhook would be answered as a challenge.")
	}
	return nil
}

// readGuard reads who is answered.
func readGuard(h *provider.Handshake, o provider.Options) (err error) {
	guards := map[string]provider.Guard{"signed": provider.Signed, "token": provider.TokenKnown, "anyone": provider.Open}
	var ok bool
	if h.Guard, ok = guards[o[challengeFrom]]; !ok {
		return provider.Refuse(provider.BadOption, "option "+challengeFrom)
	}
	if h.Guard != provider.TokenKnown {
		return nil
	}
	if strings.TrimSpace(o[provider.TokenOption]) == "" || o[challengeToken] == "" {
		return provider.BadChoice(challengeToken, "Set challenge_token and verify_token: challenges are answered only with the word.")
	}
	h.Token, err = placeIn(o, challengeToken)
	return err
}

// readAnswer reads how the answer is written.
func readAnswer(h *provider.Handshake, o provider.Options) error {
	types := map[string]string{"text": provider.Text, "json": provider.JSON}
	empty := h.Echo.None() && h.Fixed == "" || h.Status == http.StatusNoContent
	switch {
	case !slices.Contains([]string{"text", "json"}, o[challengeAs]):
		return provider.Refuse(provider.BadOption, "option "+challengeAs)
	case len(h.Fixed) > maxChallengeAnswer:
		return provider.BadChoice(challengeAnswer, "Use at most 1024 bytes.")
	case h.Fixed != "" && o[challengeAs] == "json" && !json.Valid([]byte(h.Fixed)):
		return provider.BadChoice(challengeAnswer, "Write JSON, or set challenge_as to text.")
	case len(h.Reply) > 0 && o[challengeAs] == "json" && o[challengeMember] == "":
		return provider.Refuse(provider.BadOption, "option "+challengeMember)
	case empty:
		h.Reply, h.Fixed = nil, ""
		return nil
	}
	h.As = types[o[challengeAs]]
	return nil
}
