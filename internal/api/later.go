package api

import (
	"net/http"
	"slices"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

//go:generate go run ./gen later

// routeLater answers the operations of the public interface that this version does not offer. The status is 404 and
// not 501, since client libraries repeat a request that got any 5xx. It is the same for every token: a 403 would suggest
// that another token helps.
func (a *API) routeLater() {
	for _, o := range slices.Concat(later(), older()) {
		a.handle(Route{o.method, o.path, hook.ScopePortal}, a.notOffered(o))
	}
}

func (a *API) notOffered(o methodPath) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a.fail(w, r, fault.New(fault.NotFound, "operation_not_offered", "This version does not offer the operation %s %s.", o.method, o.path))
	}
}

// methodPath is a method on a path.
type methodPath struct{ method, path string }
