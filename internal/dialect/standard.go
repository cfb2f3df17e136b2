// Package dialect says how an endpoint's requests look and are signed. There is one dialect so far,
// Standard Webhooks; receivers that expect another get theirs here, without the engine noticing.
package dialect

import (
	"slices"
	"strconv"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/signature"
)

// Envelope is what a request is about.
type Envelope struct {
	MessageID string // stays the same over all attempts, so that a receiver can drop repeats
	Body      []byte // sent as it is
	Sent      time.Time
	Keys      []signature.Key
	Own       map[string][]string // headers of the endpoint's owner, by canonical name; they never replace ours
	Carried   hook.Carried        // of the message; its headers replace neither ours nor the owner's
	Names     Names               // of the headers that name and sign the message
}

// Names says under which names a request carries the message's id, the time and the signatures. The signatures are the
// same under either.
type Names uint8

// The choices of the setting signature_headers.
const (
	WebhookNames Names = iota // webhook-id, webhook-timestamp, webhook-signature: those of Standard Webhooks
	SvixNames                 // svix-id, svix-timestamp, svix-signature: for receivers with older Svix libraries
	BothNames                 // all six
)

// NamesOf returns the names that the setting signature_headers chooses, WebhookNames for any word but svix and both.
func NamesOf(setting string) Names {
	switch setting {
	case "svix":
		return SvixNames
	case "both":
		return BothNames
	}
	return WebhookNames
}

// userAgent is how requests introduce themselves.
const userAgent = "Posthorn/1 (+https://github.com/posthorn/posthorn)"

// HeaderSent marks every request that Posthorn sends, with how many Posthorns its webhook has passed through by then.
// An API of ours refuses all that have it, and a source those with too many (hook.MaxHops): an endpoint that points,
// through some proxy, back at us would otherwise go round for ever.
const HeaderSent = "Posthorn-Sent"

// HeaderQuery has the query that a received webhook came with. It is set where the webhook becomes a message; a header of
// this name that the sender set is not carried.
const HeaderQuery = "Posthorn-Query"

// Standard returns the headers of a request as the Standard Webhooks specification 1.0.0 wants them
// (section "Webhook headers"), by canonical name and under the names that e chooses. The body is the payload itself.
func Standard(e Envelope) map[string][]string {
	size := len(e.Carried.Headers) + len(e.Own) + len(otherHeaders) + signed // a map of up to eight is one allocation
	if e.Names == BothNames {
		size += signed
	}
	header := make(map[string][]string, size)
	for name, values := range e.Carried.Headers {
		if name == HeaderQuery && writable(values) || Carries(name, values) {
			header[name] = values
		}
	}
	for name, values := range e.Own {
		if !names(name) {
			header[name] = values
		}
	}
	contentType := e.Carried.ContentType
	if contentType == "" {
		contentType = hook.DefaultContentType
	}
	seconds := e.Sent.Unix()
	// One array serves all values: a map of slices would cost an allocation for each header.
	values := [...]string{
		e.MessageID, strconv.FormatInt(seconds, 10),
		string(signature.Sign(make([]byte, 0, 96*len(e.Keys)), e.MessageID, seconds, e.Body, e.Keys...)),
		contentType, userAgent, "identity", strconv.Itoa(e.Carried.Hops + 1),
	}
	put(header, otherHeaders[:], values[signed:])
	if e.Names != SvixNames {
		put(header, webhookHeaders[:], values[:signed])
	}
	if e.Names != WebhookNames {
		put(header, svixHeaders[:], values[:signed])
	}
	return header
}

// signed is how many headers name and sign a message.
const signed = 3

//nolint:gochecknoglobals // constants
var (
	webhookHeaders = [signed]string{"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"}
	otherHeaders   = [...]string{"Content-Type", "User-Agent", "Accept-Encoding", HeaderSent}
	svixHeaders    = [signed]string{"Svix-Id", "Svix-Timestamp", "Svix-Signature"}
)

// names reports whether a header names or signs messages, under either name. An owner's own never stands for it.
func names(header string) bool {
	return slices.Contains(webhookHeaders[:], header) || slices.Contains(svixHeaders[:], header)
}

// put sets each header to the value at its place. The values share their array.
func put(header map[string][]string, names, values []string) {
	for i, name := range names {
		header[name] = values[i : i+1 : i+1]
	}
}
