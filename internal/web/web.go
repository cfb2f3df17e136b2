// Package web serves the page at / and /portal. It exists so that somebody who opens the server's address,
// or a link to the portal, in a browser learns what runs there; dashboard and portal will take its place.
package web

import (
	"crypto/sha256"
	_ "embed" // the page is part of the program
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
)

//go:embed page.html
var page []byte

// Handler serves the page and nothing else. The page is one file: its content security policy permits its
// own style, by hash, and nothing from anywhere. A link to the portal carries a key behind the #, which a
// browser does not send; no script runs that could read it, and no link of the page passes it on.
func Handler() http.Handler {
	policy := "default-src 'none'; style-src '" + styleHash(page) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	sum := sha256.Sum256(page)
	etag := strconv.Quote(base64.RawURLEncoding.EncodeToString(sum[:12]))
	return onlyPage(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(page) // the reader went away; nobody is left to tell
	}))
}

// onlyPage answers what is not the page as the API does, since whoever asks is a program with a slip in its path.
func onlyPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/" && r.URL.Path != "/portal" && r.URL.Path != "/portal/":
			refuse(w, http.StatusNotFound, "not_found", "There is nothing at this path; the API is below /api/v1.")
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "There is only a page to read here; the API is below /api/v1.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func refuse(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"code":"` + code + `","detail":"` + detail + `"}` + "\n")) // texts of this package
}

// styleHash returns what a content security policy calls the page's style element by (CSP 3, section 2.3.1).
func styleHash(page []byte) string {
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindSubmatch(page)
	sum := sha256.Sum256(style[1])
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
