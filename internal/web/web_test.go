package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/web"
)

func get(t *testing.T, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	request.Header = header
	recorder := httptest.NewRecorder()
	web.Handler().ServeHTTP(recorder, request)
	return recorder
}

func TestPageLoadsNothingAndRunsNothing(t *testing.T) {
	t.Parallel()

	response := get(t, http.Header{})

	if loads := regexp.MustCompile(`<script|<img|<link|<iframe|src=|url\(|@import|\son\w+=|style="`).FindString(response.Body.String()); loads != "" {
		t.Errorf("the page has %s", loads)
	}
	policy := response.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if response.Header().Get("X-Content-Type-Options") != "nosniff" || response.Code != http.StatusOK {
		t.Errorf("%d %v", response.Code, response.Header())
	}
}

func TestKnownPageIsNotSentAgain(t *testing.T) {
	t.Parallel()
	etag := get(t, http.Header{}).Header().Get("ETag")

	response := get(t, http.Header{"If-None-Match": {etag}})

	if response.Code != http.StatusNotModified || response.Body.Len() != 0 {
		t.Errorf("%d with %d bytes", response.Code, response.Body.Len())
	}
}

func TestNothingElseIsThere(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]int{"GET /else": 404, "POST /": 405, "HEAD /": 200} {
		method, path, _ := strings.Cut(request, " ")
		recorder := httptest.NewRecorder()

		web.Handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, path, nil))

		if recorder.Code != want {
			t.Errorf("%s gave %d, want %d", request, recorder.Code, want)
		}
	}
}
