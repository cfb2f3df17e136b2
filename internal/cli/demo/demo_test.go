package demo_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/cli/demo"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/signature"
)

const (
	secret  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	another = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// fake is a server with just enough API for the demonstration; it signs with a key of the test's choice.
type fake struct {
	signWith string
	target   atomic.Value // of the endpoint
	deleted  atomic.Int64 // applications
}

func (f *fake) serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/app", says(`{"id":"app_1"}`))
	mux.HandleFunc("POST /api/v1/app/app_1/endpoint", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ URL string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		f.target.Store(in.URL)
		_, _ = io.WriteString(w, `{"id":"ep_1"}`)
	})
	mux.HandleFunc("GET /api/v1/app/app_1/endpoint/ep_1/secret", says(`{"key":"`+secret+`"}`))
	mux.HandleFunc("POST /api/v1/app/app_1/msg", func(w http.ResponseWriter, r *http.Request) {
		f.send(r)
		_, _ = io.WriteString(w, `{"id":"msg_1"}`)
	})
	mux.HandleFunc("DELETE /api/v1/app/app_1", func(w http.ResponseWriter, _ *http.Request) {
		f.deleted.Add(1)
		w.WriteHeader(http.StatusNoContent)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

// send sends the published payload to the endpoint.
func (f *fake) send(r *http.Request) {
	var in struct{ Payload json.RawMessage }
	_ = json.NewDecoder(r.Body).Decode(&in)
	key, _ := signature.Parse(f.signWith)
	now := time.Now().Unix()
	url, _ := f.target.Load().(string)
	request, _ := http.NewRequestWithContext(r.Context(), http.MethodPost, url, bytes.NewReader(in.Payload))
	request.Header.Set("Webhook-Id", "msg_1")
	request.Header.Set("Webhook-Timestamp", strconv.FormatInt(now, 10))
	request.Header.Set("Webhook-Signature", string(signature.Sign(nil, "msg_1", now, in.Payload, key)))
	if answer, err := http.DefaultClient.Do(request); err == nil {
		_ = answer.Body.Close()
	}
}

func TestDemonstrationShowsTheWebhookAndLeavesNothing(t *testing.T) {
	t.Parallel()
	f := &fake{signWith: secret}
	var out strings.Builder

	err := demo.Run(t.Context(), demo.Config{BaseURL: f.serve(t) + "/", Token: "x", Out: &out})

	if err != nil || !strings.Contains(out.String(), "The signature holds") || !strings.Contains(out.String(), "Webhook-Id: msg_1") {
		t.Errorf("error %v, printed %s", err, &out)
	}
	if f.deleted.Load() != 1 {
		t.Errorf("deleted %d applications", f.deleted.Load())
	}
}

func TestDemonstrationKeepsTheApplicationIfAsked(t *testing.T) {
	t.Parallel()
	f := &fake{signWith: secret}

	err := demo.Run(t.Context(), demo.Config{BaseURL: f.serve(t), Token: "x", Keep: true, Out: io.Discard})

	if err != nil || f.deleted.Load() != 0 {
		t.Errorf("error %v, deleted %d applications", err, f.deleted.Load())
	}
}

func TestDemonstrationDoesNotBelieveAnotherKey(t *testing.T) {
	t.Parallel()
	f := &fake{signWith: another}
	var out strings.Builder

	err := demo.Run(t.Context(), demo.Config{BaseURL: f.serve(t), Token: "x", Out: &out})

	if fault.CodeOf(err) != "bad_signature" || strings.Contains(out.String(), "holds:") {
		t.Errorf("error %v, printed %s", err, &out)
	}
}
