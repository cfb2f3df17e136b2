package rawhttp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/bench/rawhttp"
	"github.com/posthorn/posthorn/internal/clock"
)

func TestClientReadsPlainChunkedAndEmptyAnswersOnOneConnection(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 20_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/plain":
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, "hello")
		case "/chunked":
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, long)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer server.Close()
	client := newClient(server)
	defer client.Close()

	for _, want := range []struct {
		path   string
		status int
		body   string
	}{{"/plain", 202, "hello"}, {"/chunked", 200, long}, {"/none", 204, ""}, {"/plain", 202, "hello"}} {
		status, body, err := client.Do(t.Context(), []byte("GET "+want.path+" HTTP/1.1\r\nHost: x\r\n\r\n"))

		if err != nil || status != want.status || string(body) != want.body {
			t.Fatalf("%s: status %d, %d bytes, error %v", want.path, status, len(body), err)
		}
	}
}

func TestClientDialsAgainAfterTheServerClosedTheConnection(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
	}))
	defer server.Close()
	client := newClient(server)
	defer client.Close()

	for range 3 {
		status, _, err := client.Do(t.Context(), []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))

		if err != nil || status != 200 {
			t.Fatalf("status %d, error %v", status, err)
		}
	}
}

func TestMemberFindsTheOutermostStringOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "payload")
		payload["id"] = "inner"
		answer := map[string]any{
			"channels": []string{"id", "b"}, "eventId": nil, "payload": payload, "id": "msg_outer", "z": "id",
		}
		body, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}

		got := rawhttp.Member(body, "id")

		if string(got) != "msg_outer" {
			t.Fatalf("found %q in %s", got, body)
		}
	})
}

func newClient(server *httptest.Server) *rawhttp.Client {
	return &rawhttp.Client{
		Address: server.Listener.Addr().String(), Timeout: 5 * time.Second, Now: clock.Clock{}.Now,
	}
}
