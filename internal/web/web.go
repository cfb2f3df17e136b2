// Package web serves the page at /. It exists so that somebody who opens the server's address in a
// browser learns what runs there; the dashboard will take its place.
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

// Handler serves the page at / and nothing else. The page is one file: its content security policy
// permits its own style, by hash, and nothing from anywhere.
func Handler() http.Handler {
	policy := "default-src 'none'; style-src '" + styleHash(page) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	sum := sha256.Sum256(page)
	etag := strconv.Quote(base64.RawURLEncoding.EncodeToString(sum[:12]))
	return onlyRoot(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
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

func onlyRoot(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/":
			http.NotFound(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Use GET.", http.StatusMethodNotAllowed)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// styleHash returns what a content security policy calls the page's style element by (CSP 3, section 2.3.1).
func styleHash(page []byte) string {
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindSubmatch(page)
	sum := sha256.Sum256(style[1])
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
