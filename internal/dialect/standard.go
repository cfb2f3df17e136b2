// Package dialect says how an endpoint's requests look and are signed. There is one dialect so far,
// Standard Webhooks; receivers that expect another get theirs here, without the engine noticing.
package dialect

import (
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
}

// userAgent is how requests introduce themselves.
const userAgent = "Posthorn/1 (+https://github.com/posthorn/posthorn)"

// HeaderSent marks every request that Posthorn sends, with how many Posthorns its webhook has passed through by then.
// An API of ours refuses all that have it, and a source those with too many (hook.MaxHops): an endpoint that points,
// through some proxy, back at us would otherwise go round for ever.
const HeaderSent = "Posthorn-Sent"

// Standard returns the headers of a request as the Standard Webhooks specification 1.0.0 wants them
// (section "Webhook headers"), by canonical name. The body is the payload itself.
func Standard(e Envelope) map[string][]string {
	header := make(map[string][]string, len(e.Carried.Headers)+len(e.Own)+7)
	for name, values := range e.Carried.Headers {
		if Carries(name, values) {
			header[name] = values
		}
	}
	for name, values := range e.Own {
		header[name] = values
	}
	contentType := e.Carried.ContentType
	if contentType == "" {
		contentType = hook.DefaultContentType
	}
	seconds := e.Sent.Unix()
	// One array serves all values: a map of slices would cost an allocation for each header.
	values := [...]string{
		contentType, userAgent, "identity", e.MessageID, strconv.FormatInt(seconds, 10),
		string(signature.Sign(make([]byte, 0, 96*len(e.Keys)), e.MessageID, seconds, e.Body, e.Keys...)),
		strconv.Itoa(e.Carried.Hops + 1),
	}
	names := [...]string{"Content-Type", "User-Agent", "Accept-Encoding", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", HeaderSent}
	for i, name := range names {
		header[name] = values[i : i+1 : i+1]
	}
	return header
}
