package inbound

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/httpbody"
	"github.com/posthorn/posthorn/internal/receive"
)

// say answers a webhook that was taken, or a handshake.
func say(w http.ResponseWriter, a receive.Answer) {
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	harmless(w)
	if a.ContentType != "" {
		w.Header().Set("Content-Type", a.ContentType)
	}
	w.WriteHeader(a.Status)
	if a.Status != http.StatusNoContent {
		_, _ = w.Write(a.Body) // the sender went away
	}
}

// harmless keeps browsers and caches from making anything of an answer, part of which a stranger may have chosen.
func harmless(w http.ResponseWriter) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'") // XML may hold scripts, and any page may send a browser here
}

// refuse answers a request that was not taken.
func refuse(w http.ResponseWriter, err error) {
	var broken *brokenBody
	if errors.As(err, &broken) {
		problem(w, broken.status, broken.code, broken.detail)
		return
	}
	var r *receive.Refusal
	if !errors.As(err, &r) {
		r = &receive.Refusal{Kind: fault.Internal, Cause: "internal", Detail: "Something went wrong here."}
	}
	status := statusOf(r)
	switch status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", strings.Join(r.Allow, ", "))
	case http.StatusUnsupportedMediaType:
		if r.Cause == receive.CauseEncoding { // RFC 7694, section 3
			w.Header().Set("Accept-Encoding", httpbody.Accepted)
		}
	case http.StatusUnauthorized: // RFC 9110, section 15.5.2, wants a challenge; none is registered for signatures
		w.Header().Set("WWW-Authenticate", "Webhook")
	}
	if r.Wait > 0 {
		seconds := max((r.Wait+time.Second-1)/time.Second, 1)
		w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	problem(w, status, r.Cause, r.Detail)
}

// statusOf is the one place where a refusal becomes a status. A source that is switched off looks like one that was
// never there.
func statusOf(r *receive.Refusal) int {
	if r.Cause == receive.CauseLoop {
		return http.StatusLoopDetected
	}
	switch r.Kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.NotFound:
		return http.StatusNotFound
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Unsupported:
		if len(r.Allow) > 0 {
			return http.StatusMethodNotAllowed
		}
		return http.StatusUnsupportedMediaType
	}
	return http.StatusInternalServerError
}

// problem answers in the form of all our failures.
func problem(w http.ResponseWriter, status int, code, detail string) {
	if status == http.StatusNotFound {
		code = "not_found" // no reason: whoever guesses addresses learns nothing
	}
	body, err := json.Marshal(struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}{code, detail})
	if err != nil {
		body = []byte(`{"code":"internal","detail":"Something went wrong here."}`)
	}
	body = append(body, '\n')
	harmless(w)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body))) // it ends at once, though the body may still come
	w.WriteHeader(status)
	_, _ = w.Write(body) // the sender went away
}
