package provider

import (
	"github.com/posthorn/posthorn/internal/fault"
)

// Reason is why a request is refused, for programs to compare and to count. Its text contains no part of a
// secret, of a request or of an expected signature, so that it may be shown to the owner of the source.
type Reason string

// The reasons for which a request is refused.
const (
	Missing        Reason = "missing"
	Repeated       Reason = "repeated"
	TooLong        Reason = "too_long"
	TooMany        Reason = "too_many_signatures"
	Malformed      Reason = "malformed"
	StampMalformed Reason = "timestamp_malformed"
	TooOld         Reason = "too_old"
	TooNew         Reason = "in_the_future"
	NoMatch        Reason = "no_match"
	Algorithm      Reason = "algorithm"
	Expired        Reason = "expired"
	WrongClaim     Reason = "wrong_claim"
	WrongMethod    Reason = "wrong_method"
	WrongType      Reason = "wrong_content_type"
	BadChallenge   Reason = "bad_challenge"
)

// The reasons that are the source's own: nothing can be verified until its owner mends it.
const (
	NoSecret        Reason = "no_secret"
	BlankSecret     Reason = "blank_secret"
	BadSecret       Reason = "bad_secret"
	BadOption       Reason = "bad_option"
	UnknownProvider Reason = "unknown_provider"
	UnknownScheme   Reason = "unknown_scheme"
	KeyHost         Reason = "key_host"
	KeyUnavailable  Reason = "key_unavailable"
)

// Error returns the sentence that goes with the reason.
func (r Reason) Error() string {
	switch r {
	case Missing:
		return "is missing or empty"
	case Repeated:
		return "stands there more than once, so it is not clear which one counts"
	case TooLong:
		return "is longer than any real one"
	case TooMany:
		return "carries more than 16 signatures"
	case Malformed:
		return "does not have the form that this provider uses"
	case StampMalformed:
		return "is not a time in the form that this provider uses"
	case TooOld:
		return "is too far in the past: the request is a replay, or a clock is wrong"
	case TooNew:
		return "is in the future: a clock is wrong"
	case NoMatch:
		return "does not match: another secret, or the request was changed on its way"
	case Algorithm:
		return "names another algorithm than the one that is expected"
	}
	return r.more()
}

// more holds the other half of the sentences.
func (r Reason) more() string {
	switch r {
	case Expired:
		return "has expired or is not valid yet"
	case WrongClaim:
		return "was issued by or for somebody else, or for another body"
	case WrongMethod:
		return "is not a method that this provider uses"
	case WrongType:
		return "is not a content type that this provider sends"
	case BadChallenge:
		return "is not a challenge that this provider would send"
	case NoSecret:
		return "is not set, so nothing can be verified"
	case BlankSecret:
		return "is blank, so nothing can be verified"
	case BadSecret:
		return "does not have the form that this provider hands out"
	case BadOption:
		return "is missing or has a value that is not allowed"
	case UnknownProvider:
		return "is not a provider that this server knows"
	case KeyHost:
		return "points to a host that is not the provider's"
	case KeyUnavailable:
		return "could not be fetched from the provider"
	}
	return "is a scheme that this server does not know"
}

// Kind returns how an edge answers: the sender's request, its proof, or something that may be better later.
func (r Reason) Kind() fault.Kind {
	switch r {
	case WrongMethod, WrongType:
		return fault.Unsupported
	case KeyUnavailable:
		return fault.Unavailable
	}
	return fault.Unauthenticated
}

// Refusal is a reason and the part of the request or of the source that it is about, such as "header
// X-Hub-Signature-256". Compare with errors.Is and a Reason.
type Refusal struct {
	Reason Reason
	Where  string
}

// Refuse returns a Refusal.
func Refuse(r Reason, where string) error { return &Refusal{r, where} }

// Error returns a sentence fit for the owner of the source.
func (r *Refusal) Error() string { return r.Where + " " + r.Reason.Error() }

// Unwrap returns the reason.
func (r *Refusal) Unwrap() error { return r.Reason }

// choice is a Refusal that says what to do about an option.
type choice struct {
	Refusal
	advice string
}

// BadChoice refuses an option, alone or beside others, with advice for the owner of the source: a sentence that holds
// no value of an option.
func BadChoice(option, advice string) error {
	return &choice{Refusal{BadOption, "option " + option}, advice}
}

// badForm refuses a secret with advice about the form that it must have.
func badForm(where, advice string) error {
	return &choice{Refusal{BadSecret, where}, advice}
}

// Unwrap returns the Refusal, so that errors.As finds it.
func (c *choice) Unwrap() error { return &c.Refusal }
