// Package egress is the only door out of Posthorn. An address that a user chose is dialled here and
// nowhere else, because a server that sends requests where strangers tell it to is a way into the
// network that it stands in. The package decides three times: when a URL is written (Policy.CheckURL),
// when an attempt starts (Client.Do), and, the one that counts, on the very address that is being
// connected to, after name resolution. What the first two let through by mistake the third one stops.
//
// It also keeps a hostile or broken receiver from costing more than one attempt may cost: every
// answer is bounded in bytes and in time, nothing is inflated, nothing is followed, and one call is
// one request on the wire, never two.
package egress

import (
	"net/http"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// Outcome says in one word how an attempt ended. It is stored with the attempt and never renamed.
type Outcome string

// The outcomes. Answered means only that a status arrived: whether it counts as success is the
// dialect's business.
const (
	Answered        Outcome = "answered"          // a complete status line and headers; Status is 200 to 599
	DNS             Outcome = "dns"               // the name has no usable address, or the resolver failed or was too slow
	Refused         Outcome = "refused"           // the egress policy forbids the address, the port or plain http
	Connect         Outcome = "connect"           // nobody accepted the connection
	TLS             Outcome = "tls"               // the handshake or the certificate failed
	Timeout         Outcome = "timeout"           // the deadline of the whole attempt passed before an answer
	Protocol        Outcome = "protocol"          // what came back is not HTTP, or HTTP that a receiver must not send
	TooLargeHeaders Outcome = "too_large_headers" // the header section is over 64 KiB
	Disconnected    Outcome = "disconnected"      // the connection broke after the request began to leave, before the answer
	Interrupted     Outcome = "interrupted"       // the caller cancelled; the receiver may have got the request
	Unsendable      Outcome = "unsendable"        // the request itself cannot be put on the wire; nothing left
)

// Request is one attempt. Do changes none of its fields and keeps none of them after it returned,
// so Header and Body may be shared by any number of attempts at once. The exception is Body when an
// attempt failed: the transport may still be reading it then, so nobody may ever write to it.
type Request struct {
	Method string // POST if empty
	Target Target // from ParseTarget or Policy.CheckURL
	// Header has canonical keys (textproto.CanonicalMIMEHeaderKey); a plain map[string][]string can be
	// assigned to it, so that use cases need not know net/http. Do sends it with "Accept-Encoding: identity" added; putting that in
	// beforehand saves a copy of the map on each attempt.
	Header http.Header
	Body   []byte
	Fresh  bool // open a connection for this request alone instead of using a kept one
}

// Response is what is known after an attempt. It is filled for every outcome, and Do returns no
// error beside it: a failed attempt is a result, not an exception.
type Response struct {
	Outcome Outcome
	Status  int         // 200 to 599 when answered, else 0
	Header  http.Header // bounded, cleaned for storage, Set-Cookie redacted; nil unless answered
	Body    []byte      // at most Config.KeepBody bytes, as they came on the wire, never inflated
	// Truncated says whether Body is only the beginning.
	Truncated hook.Truncation
	// RetryAfter is what the answer asked for, see the function RetryAfter; zero if nothing.
	RetryAfter time.Duration
	// Stale says that the request left on a kept connection that broke before any byte of an answer came. Often the
	// receiver closed it in that moment and has not seen the request; a Fresh one may go better.
	Stale  bool
	Detail string // one sentence for the owner of the endpoint; empty when answered
	Cause  error  // for our log only: may name internal addresses; nil when answered
	Timing Timing
}

// Headers returns the snapshot with one text per name, several values joined by ", ".
func (r Response) Headers() map[string]string {
	flat := make(map[string]string, len(r.Header))
	for name, values := range r.Header {
		flat[name] = strings.Join(values, ", ")
	}
	return flat
}

// Timing says where the time of an attempt went. DNS, Connect and TLS are zero when a kept
// connection served the attempt.
type Timing struct {
	Total   time.Duration // from the call of Do until it returns
	DNS     time.Duration
	Connect time.Duration
	TLS     time.Duration
	Wait    time.Duration // from the call of Do until the status and the headers were there
}
