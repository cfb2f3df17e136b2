package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
)

// notPosthorn is the sentence about an address at which something else answers.
const notPosthorn = "What answers at %s is not a Posthorn server (it gave %s): correct --url."

// EndpointRefused is the code of the error about an endpoint whose URL the server does not take.
const EndpointRefused = "endpoint_refused"

// unreached is the error about a request without an answer.
func (c *Client) unreached(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	cause := err
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		cause = outer.Err // the outer one says the address again
	}
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return fault.New(fault.Unavailable, "no_server",
			"No server answers at %s: start `posthorn serve`, or correct --url.", c.base).Because(cause)
	}
	return fault.New(fault.Unavailable, "no_answer",
		"The server at %s gave no answer: see that it is a Posthorn server and still runs, or correct --url.", c.base).Because(cause)
}

// stranger is the error about an answer that no Posthorn server gives.
func (c *Client) stranger(r *http.Response) error {
	gave := r.Status
	if kind := r.Header.Get("Content-Type"); kind != "" {
		gave += ", " + kind
	}
	return fault.New(fault.Unavailable, "not_posthorn", notPosthorn, c.base, gave)
}

// refused is the error about an answer that is not 2xx.
func (c *Client) refused(r *http.Response, answer []byte) error {
	if _, ok := read(answer); !ok {
		return c.stranger(r)
	}
	return Refusal(r.StatusCode, answer)
}

// Refusal turns a status that is not 2xx and what a server said with it into an error.
func Refusal(status int, answer []byte) error {
	said, _ := read(answer)
	switch {
	case status == http.StatusUnauthorized:
		return fault.New(fault.Unauthenticated, "bad_token", "The server does not know the token: set %s to its admin token, "+
			"or to one that `posthorn token create` made.", TokenVariable)
	case status == http.StatusForbidden:
		return fault.New(fault.Forbidden, "weak_token", "The token does not reach that far: set %s to the admin token, or to one "+
			"with the scope server.", TokenVariable)
	case status == http.StatusUnprocessableEntity && said.about("url"):
		return fault.In("url", EndpointRefused, "The server does not take the endpoint: %s", said.sentence())
	case status == http.StatusTooManyRequests:
		return fault.New(fault.Limited, "limited", "The server has too much to do: %s", said.sentence())
	}
	return fault.New(fault.Unavailable, "refused", "The server answered %d: %s", status, said.sentence())
}

// problem is what the API answers when something is wrong: a sentence, or one for each field.
type problem struct {
	text   string
	fields []field
}

type field struct {
	Loc []any  `json:"loc"`
	Msg string `json:"msg"`
}

// read reads a problem, and says whether it is one of Posthorn's.
func read(answer []byte) (p problem, ok bool) {
	var outer struct {
		Code   string          `json:"code"`
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(answer, &outer) != nil {
		return problem{text: fmt.Sprintf("%.300s", answer)}, false
	}
	if json.Unmarshal(outer.Detail, &p.text) == nil {
		return p, outer.Code != ""
	}
	return p, json.Unmarshal(outer.Detail, &p.fields) == nil
}

func (p problem) sentence() string {
	sentences := []string{}
	if p.text != "" {
		sentences = append(sentences, p.text)
	}
	for _, f := range p.fields {
		sentences = append(sentences, f.Msg)
	}
	return strings.Join(sentences, " ")
}

// about reports whether a field with this name is at fault.
func (p problem) about(name string) bool {
	return slices.ContainsFunc(p.fields, func(f field) bool { return slices.Contains(f.Loc, any(name)) })
}
