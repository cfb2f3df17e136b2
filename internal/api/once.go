package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/bodypath"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/httpbody"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	maxKey      = 256              // bytes of an idempotency key
	storeAnswer = 10 * time.Second // bound on storing an answer when the caller is gone
)

// answer is a remembered answer. It is sealed in the store, since it may hold a token.
type answer struct {
	Status      int    `json:"status"`
	ContentType string `json:"contentType"`
	Body        []byte `json:"body"`
}

// once answers a repeated request with the first answer, without doing anything. Only successes are
// remembered: after a failure the same request may be tried again.
func (a *API) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		if key == "" {
			next.ServeHTTP(w, r)
			return
		}
		err := checkKey(key)
		var body []byte
		if err == nil {
			body, err = a.readBody(w, r)
		}
		if err != nil {
			a.fail(w, r, err)
			return
		}
		claim, err := a.claim(r, key, body)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		a.doOnce(w, r, next, claim)
	})
}

func (a *API) doOnce(w http.ResponseWriter, r *http.Request, next http.Handler, claim store.Claim) {
	sealed, err := a.Answers.Reserve(r.Context(), claim, a.Clock.Now())
	if err == nil && sealed != nil {
		err = a.repeat(w, claim, sealed)
	}
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if sealed != nil {
		return
	}
	record := &recorder{header: w.Header(), status: http.StatusOK}
	defer a.remember(r.Context(), claim, record)
	next.ServeHTTP(record, r)
	record.done = true
	a.remember(r.Context(), claim, record)
	w.WriteHeader(record.status)
	_, _ = w.Write(record.body.Bytes()) // the caller may be gone; the answer is kept
}

// remember stores the answer of a success and lets go of the key otherwise, also when the handler
// panicked. It does so even if the caller has hung up meanwhile, and only once.
func (a *API) remember(ctx context.Context, claim store.Claim, record *recorder) {
	if record.kept {
		return
	}
	record.kept = true
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeAnswer)
	defer cancel()
	err := a.keep(ctx, claim, record)
	if err != nil {
		if missed, ok := a.refusals.Pass("remember", a.Clock.Steady()); ok {
			a.Log.ErrorContext(ctx, "storing an answer for repetitions failed", "request", requestID(ctx), "error", err, "not_logged", missed)
		}
	}
}

func (a *API) keep(ctx context.Context, claim store.Claim, record *recorder) error {
	if !record.done || record.status < 200 || record.status > 299 {
		return a.Answers.Forget(ctx, claim.Key)
	}
	text, err := json.Marshal(answer{record.status, record.header.Get("Content-Type"), record.body.Bytes()})
	if err != nil {
		return err
	}
	sealed, err := a.Box.Seal(text, answerContext(claim))
	if err != nil {
		return err
	}
	return a.Answers.Answer(ctx, claim.Key, sealed)
}

// repeat sends a remembered answer.
func (a *API) repeat(w http.ResponseWriter, claim store.Claim, sealed []byte) error {
	text, err := a.Box.Open(sealed, answerContext(claim))
	if err != nil {
		return err
	}
	var first answer
	if err := json.Unmarshal(text, &first); err != nil {
		return err
	}
	if first.ContentType != "" {
		w.Header().Set("Content-Type", first.ContentType)
	}
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(first.Status)
	_, _ = w.Write(first.Body)
	return nil
}

func answerContext(claim store.Claim) []byte { return claim.Bound() }

// claim scopes the caller's key by who is calling and what for. Who is calling is told by the application's id, which
// stays when it moves to another database, as its key may not.
func (a *API) claim(r *http.Request, key string, body []byte) (store.Claim, error) {
	var tenant id.ID
	if who := caller(r.Context()); who.ApplicationKey != 0 {
		own, err := a.Applications.ByKey(r.Context(), who.ApplicationKey)
		if err != nil {
			return store.Claim{}, err
		}
		tenant = own.ID
	}
	return store.Claim{
		Key:         claimKey(tenant, r.Method, r.URL.Path, key),
		Fingerprint: fingerprint(body, r.URL.RawQuery),
		ExpiresAt:   a.Clock.Now().Add(hook.KeepKeys),
	}, nil
}

// claimKey hashes its parts so that no choice of one can look like a choice of another.
func claimKey(tenant id.ID, parts ...string) [16]byte {
	h := sha256.New()
	text := slices.Clone(tenant[:])
	for _, part := range parts {
		text = binary.BigEndian.AppendUint32(text, uint32(len(part))) //nolint:gosec // far below 4 GiB
		text = append(text, part...)
	}
	_, _ = h.Write(text)
	return [16]byte(h.Sum(nil)[:16])
}

func fingerprint(body []byte, query string) [16]byte {
	h := sha256.New()
	_, _ = h.Write(body)
	_, _ = io.WriteString(h, "\x00"+query)
	return [16]byte(h.Sum(nil)[:16])
}

func checkKey(key string) error {
	if len(key) > maxKey {
		return fault.In("header.idempotency-key", "value_error", "Use a key of at most %d bytes.", maxKey)
	}
	return nil
}

// readBody reads the whole body and leaves it, decompressed, for the next reader. It may be called again.
func (a *API) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	c := callOf(r.Context())
	if c.body == nil {
		body, err := a.takeBody(w, r)
		if err != nil {
			return nil, err
		}
		c.body = body
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(c.body)), int64(len(c.body))
	r.Header.Del("Content-Encoding")
	return c.body, nil
}

// takeBody reads the body into memory of its own, which may be kept.
func (a *API) takeBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := httpbody.Read(w, r, a.MaxBody, &callOf(r.Context()).lease)
	if err == nil {
		return bodypath.WithoutBOM(body), nil
	}
	w.Header().Set("Connection", "close") // nothing reads the rest
	switch {
	case errors.Is(err, httpbody.ErrTooLarge):
		return nil, a.tooLarge()
	case errors.Is(err, httpbody.ErrTooSlow):
		return nil, fault.New(fault.Invalid, codeTimeout, "Send the whole body within %d seconds.", httpbody.Timeout/time.Second).Because(err)
	case errors.Is(err, httpbody.ErrCompression):
		return nil, fault.New(fault.Invalid, codeCompression, "The body is not compressed in the way that Content-Encoding says.").Because(err)
	case errors.Is(err, httpbody.ErrIncomplete):
		return nil, fault.New(fault.Invalid, codeMalformed, "The body did not arrive in full.").Because(err)
	}
	return nil, err
}

// recorder keeps an answer until it is remembered.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
	done   bool // the handler returned
	kept   bool
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
