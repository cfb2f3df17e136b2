package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/web"
)

func get(t *testing.T, path string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	request.Header = header
	recorder := httptest.NewRecorder()
	web.Handler().ServeHTTP(recorder, request)
	return recorder
}

func TestPageSaysWhatIsThereAndWhatIsNot(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/portal", "/portal/"} {
		response := get(t, path, http.Header{})

		if response.Code != http.StatusOK || response.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %v", path, response.Code, response.Header())
		}
		for _, part := range []string{"The dashboard and the portal come with a later version", `href="/api/v1/openapi.json"`} {
			if !strings.Contains(response.Body.String(), part) {
				t.Errorf("%s does not say %q", path, part)
			}
		}
	}
}

func TestPageLoadsNothingAndRunsNothing(t *testing.T) {
	t.Parallel()

	response := get(t, "/portal", http.Header{})

	if loads := regexp.MustCompile(`<script|<img|<link|<iframe|<form|src=|url\(|@import|\son\w+=|style="`).FindString(response.Body.String()); loads != "" {
		t.Errorf("the page has %s", loads)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src '" + styleHash(response.Body.String()) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := response.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// styleHash names what stands between the tags of the style element, as a browser does.
func styleHash(page string) string {
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func TestKnownPageIsNotSentAgain(t *testing.T) {
	t.Parallel()
	etag := get(t, "/", http.Header{}).Header().Get("ETag")

	response := get(t, "/", http.Header{"If-None-Match": {etag}})

	if response.Code != http.StatusNotModified || response.Body.Len() != 0 {
		t.Errorf("%d with %d bytes", response.Code, response.Body.Len())
	}
}

func TestNothingElseIsThere(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]int{
		"GET /else": 404, "GET /portal/x": 404, "GET /portals": 404, "POST /": 405, "POST /portal": 405, "HEAD /": 200,
	} {
		method, path, _ := strings.Cut(request, " ")
		recorder := httptest.NewRecorder()

		web.Handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, path, nil))

		if recorder.Code != want {
			t.Errorf("%s gave %d, want %d", request, recorder.Code, want)
		}
		if want >= 400 && (recorder.Header().Get("Content-Type") != "application/json" || !strings.Contains(recorder.Body.String(), "/api/v1")) {
			t.Errorf("%s gave %v %s", request, recorder.Header(), recorder.Body)
		}
	}
}
