package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// Reply is an answer of the server, read to its end.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Request returns a request to path with the admin token. A body of bytes or a string is sent as it
// is, nil sends none, anything else is sent as JSON.
func (s *Server) Request(t testing.TB, method, path string, body any) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, content(t, body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

func content(t testing.TB, body any) io.Reader {
	t.Helper()
	switch body := body.(type) {
	case nil:
		return nil
	case []byte:
		return bytes.NewReader(body)
	case string:
		return bytes.NewReader([]byte(body))
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(encoded)
}

// Send sends req and reads the answer.
func (s *Server) Send(t testing.TB, req *http.Request) Reply {
	t.Helper()
	res, err := s.client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: read the answer: %v", req.Method, req.URL.Path, err)
	}
	return Reply{Status: res.StatusCode, Header: res.Header, Body: body}
}

// Do is Request and Send in one.
func (s *Server) Do(t testing.TB, method, path string, body any) Reply {
	t.Helper()
	return s.Send(t, s.Request(t, method, path, body))
}

// JSON decodes the body into v.
func (r Reply) JSON(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.Body, v); err != nil {
		t.Fatalf("answer %d is not the expected JSON: %v\n%s", r.Status, err, tail(string(r.Body), 2<<10))
	}
}

// Object returns the body as a JSON object.
func (r Reply) Object(t testing.TB) map[string]any {
	t.Helper()
	var object map[string]any
	r.JSON(t, &object)
	return object
}

// Client returns the client of this server, which gives up after Patience.
func (s *Server) Client() *http.Client { return s.client }

// Context is the test's context with Patience as its deadline.
func Context(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	t.Cleanup(cancel)
	return ctx
}
