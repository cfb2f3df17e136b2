package api

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/httpbody"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/membudget"
)

// call is what is known about a request. One value in its context holds all of it.
type call struct {
	requestID string
	who       auth.Identity   // zero until a guard has let the caller through
	body      []byte          // as readBody returned it
	lease     membudget.Lease // of the memory that the request holds
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

func requestID(ctx context.Context) string { return callOf(ctx).requestID }

// requests is the prefix of request ids.
const requests = id.Kind("req")

// frame does what every request needs before it is routed.
func (a *API) frame(next http.Handler) http.Handler {
	return a.noted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.checkBody(r); err != nil {
			a.fail(w, r, err)
			return
		}
		trimSlash(r.URL)
		joinLists(r.URL)
		next.ServeHTTP(w, r)
	}))
}

// noted gives the request an id, and room for what becomes known about it.
func (a *API) noted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{requestID: requests.Text(a.IDs.New(a.Clock.Now()))}
		head := w.Header()
		head.Set("X-Request-Id", c.requestID)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Cache-Control", "no-store")
		defer func() { c.lease.Release() }()
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callKey{}, c)))
	})
}

// checkBody refuses what can be refused before the body is read.
func (a *API) checkBody(r *http.Request) error {
	if r.ContentLength > a.MaxBody {
		return a.tooLarge()
	}
	if !httpbody.Supported(r.Header) {
		return fault.New(fault.Unsupported, codeEncoding, "Send the body without Content-Encoding, or with gzip.")
	}
	if kind := r.Header.Get("Content-Type"); kind != "" && r.ContentLength != 0 && !isJSON(kind) {
		return fault.New(fault.Unsupported, "unsupported_media_type", "Send the body as application/json.")
	}
	r.Header.Set("Content-Type", "application/json") // the framework knows no other spelling
	return nil
}

func (a *API) tooLarge() error {
	return fault.New(fault.TooLarge, "payload_too_large", "Send at most %d bytes.", a.MaxBody)
}

func isJSON(kind string) bool {
	if kind == "application/json" {
		return true
	}
	kind, _, err := mime.ParseMediaType(kind)
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// trimSlash drops the slashes at the end of the path that older client libraries send.
func trimSlash(u *url.URL) {
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
}

// listParameter is the one query parameter with several values. Libraries repeat it, join the values with
// commas, or write brackets behind its name; the framework reads the first only.
const listParameter = "event_types"

func joinLists(u *url.URL) {
	if !strings.Contains(u.RawQuery, listParameter) {
		return
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil { // checkQuery refuses it
		return
	}
	all := append(values[listParameter], values[listParameter+"[]"]...)
	if len(all) < 2 && !values.Has(listParameter+"[]") {
		return
	}
	values.Del(listParameter + "[]")
	values.Set(listParameter, strings.Join(all, ","))
	u.RawQuery = values.Encode()
}

// checkQuery refuses a query parameter that the operation does not have, and one that cannot be read, which net/http
// leaves out: a filter with a typing error would otherwise give the whole list.
func checkQuery(r *http.Request, known []string) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.In("query", "value_error", "Separate parameters by &, and write other characters than letters and digits as %% and two hexadecimal digits.").Because(err)
	}
	for name := range values {
		if slices.Contains(known, name) {
			continue
		}
		if len(known) == 0 {
			return fault.In("query."+name, "value_error", "Leave this parameter out: this operation has none.")
		}
		return fault.In("query."+name, "value_error", "There is no such parameter. This operation has: %s.", strings.Join(known, ", "))
	}
	return nil
}
