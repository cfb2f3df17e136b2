package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
)

// dialError is a connection that did not come about.
type dialError struct {
	outcome Outcome
	detail  string
	cause   error
}

func (e *dialError) Error() string {
	if e.cause == nil {
		return e.detail
	}
	return e.detail + " " + e.cause.Error()
}

func (e *dialError) Unwrap() error { return e.cause }

// failure turns what a transport returned into a result. It looks for our own dial errors first,
// because their causes may be deadlines of their own.
func failure(ctx context.Context, err error) Response {
	r := Response{Cause: err}
	var dial *dialError
	if errors.As(err, &dial) {
		r.Outcome, r.Detail = dial.outcome, dial.detail
		return r
	}
	r.Outcome = outcomeOf(ctx, err)
	r.Detail = sentenceOf(r.Outcome)
	return r
}

// outcomeOf classifies an error of net/http. Most of those have no type, so their texts are compared;
// a test holds each one, and a new Go release that changes a text is noticed there.
func outcomeOf(ctx context.Context, err error) Outcome {
	text := err.Error()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case ctx.Err() != nil:
		return Interrupted
	case strings.HasPrefix(text, "net/http: invalid "):
		return Unsendable
	case strings.Contains(text, "response headers exceeded"), strings.Contains(text, "header list larger than"):
		return TooLargeHeaders
	case alert(err), strings.Contains(text, "client conn could not be established"):
		return TLS
	case strings.Contains(text, "malformed"):
		return Protocol
	case broken(err, text):
		return Disconnected
	}
	return Protocol
}

// alert reports whether the peer ended TLS with an alert after our side of the handshake was done,
// which is how TLS 1.3 refuses a client without a certificate. HTTP/2 swallows the alert and says
// that the connection "could not be established".
func alert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error")
}

func broken(err error, text string) bool {
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, io.ErrClosedPipe) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(text, "server closed idle connection") ||
		strings.Contains(text, "GOAWAY") || strings.Contains(text, "client connection lost") ||
		strings.Contains(text, "received from peer")
}

// rejected reports whether the peer ended one HTTP/2 stream of a connection that lives on, which is an answer of its own.
// REFUSED_STREAM is none: it says that the request was not processed (RFC 9113 section 8.7).
func rejected(err error) bool {
	text := err.Error()
	return strings.Contains(text, "stream error") && strings.Contains(text, "received from peer") && !strings.Contains(text, "REFUSED_STREAM")
}

func sentenceOf(o Outcome) string {
	switch o {
	case Timeout:
		return "The endpoint did not answer within the time that an attempt may take."
	case Interrupted:
		return "The attempt was interrupted by this server; the endpoint may have received the request."
	case Unsendable:
		return "The request could not be sent: one of its headers is not valid."
	case TooLargeHeaders:
		return "The headers of the answer are too large; at most 64 KiB are read."
	case TLS:
		return "The endpoint ended the TLS connection, perhaps because it asks for a client certificate."
	case Disconnected:
		return "The endpoint closed the connection before it answered."
	}
	return "The endpoint's answer is not valid HTTP."
}

func connectSentence(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return "The endpoint did not accept a connection in time."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The endpoint refused the connection."
	}
	return "The endpoint could not be reached."
}

func tlsSentence(err error) string {
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	var certificate x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var unverified *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "The TLS handshake took too long."
	case errors.As(err, &name):
		return "The endpoint's certificate is for another name."
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return "The endpoint's certificate has expired or is not valid yet."
	case errors.As(err, &authority):
		return "The endpoint's certificate is not signed by a known authority."
	case errors.As(err, &unverified):
		return "The endpoint's certificate is not valid."
	case errors.As(err, &record):
		return "The endpoint does not speak TLS on this port."
	}
	return "The TLS handshake failed; the endpoint must offer TLS 1.2 or newer."
}
