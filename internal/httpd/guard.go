package httpd

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/posthorn/posthorn/internal/dialect"
)

// methods are those that anything here is served by. An answer of 405 has to name some (RFC 9110, section 15.5.6).
const methods = "GET, HEAD, POST, PUT, PATCH, DELETE"

// guard stands in front of all handlers. It refuses what no handler should see and answers for those
// that panic.
func guard(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &watched{ResponseWriter: w}
		defer logged(log, r, seen)
		defer recovered(log, r, seen)
		if len(r.TransferEncoding) > 0 {
			// net/http drops a Content-Length beside it (RFC 9112, section 6.3), so whether this is an attempt
			// to smuggle a request cannot be seen here. On a connection that ends nothing can be smuggled.
			w.Header().Set("Connection", "close")
		}
		switch {
		case tooMuch(r.Header):
			w.Header().Set("Connection", "close")
			refuse(seen, http.StatusRequestHeaderFieldsTooLarge, "too_many_headers", "Send fewer headers.")
		case r.Method == http.MethodTrace || r.Method == http.MethodConnect:
			w.Header().Set("Allow", methods)
			refuse(seen, http.StatusMethodNotAllowed, "method_not_allowed", "Use another method: "+methods+".")
		case r.Header.Get(dialect.HeaderSent) != "" && !below(r.URL.Path, inbound): // a source counts how often
			refuse(seen, http.StatusLoopDetected, "loop_detected",
				"This is a webhook that a Posthorn sent: point the endpoint at a receiver, not at an API.")
		default:
			next.ServeHTTP(seen, r)
		}
	})
}

// tooMuch reports whether a header section has too many lines or bytes.
func tooMuch(h http.Header) bool {
	lines, size := 0, 0
	for name, values := range h {
		lines += len(values)
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return lines > MaxHeaders || size > MaxHeaderSize
}

// recovered turns a panic into an answer, if none is under way yet. Cutting the connection is how a
// handler says that the answer is broken, so that panic goes on.
func recovered(log *slog.Logger, r *http.Request, w *watched) {
	found := recover()
	if found == nil {
		return
	}
	if found == http.ErrAbortHandler { //nolint:errorlint // the very value, by the contract of net/http
		panic(found)
	}
	log.ErrorContext(r.Context(), "a handler panicked", "method", r.Method, "path", shown(r.URL.Path),
		"panic", found, "stack", string(debug.Stack()))
	if w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	refuse(w, http.StatusInternalServerError, "internal", "Something went wrong here. The log has more.")
}

// logged writes one line about the request. It holds the path and nothing that a caller keeps secret:
// no query, no headers, no body.
func logged(log *slog.Logger, r *http.Request, w *watched) {
	log.DebugContext(r.Context(), "request", "method", r.Method, "path", shown(r.URL.Path), "status", w.status,
		"bytes", w.bytes, "request", w.Header().Get("X-Request-Id"))
}

// shown is a path as the log has it: without the unguessable part of a source's address.
func shown(path string) string {
	if below(path, inbound) {
		return inbound + "/..."
	}
	return path
}

// refuse answers in the form that the client libraries can read.
func refuse(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"code":"` + code + `","detail":"` + detail + `"}` + "\n")) // texts of this package
}
