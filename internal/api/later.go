package api

import (
	"net/http"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

//go:generate go run ./gen later

// routeLater answers for the operations of the public interface that are not built yet, so that a
// client library says what is the matter instead of failing to parse a page.
func (a *API) routeLater() {
	for _, o := range later() {
		a.handle(Route{o.method, o.path, hook.ScopeServer}, http.HandlerFunc(a.notImplemented))
	}
}

func (a *API) notImplemented(w http.ResponseWriter, r *http.Request) {
	a.fail(w, r, fault.New(fault.Unsupported, codeNotImplemented, "This operation does not exist in this version."))
}

// methodPath is a method on a path.
type methodPath struct{ method, path string }
