package api_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/id"
)

// FuzzPublish holds the reader of envelopes against the standard library: what one takes for JSON the
// other takes too, and the payload that comes out is the one that the standard library finds.
func FuzzPublish(f *testing.F) {
	for _, seed := range []string{
		`{"eventType":"x","payload":{}}`, `{"payload": {"a" : [1e5,-0.1,true,null,"\u00e9\\\""]} ,"eventType":"x"}`,
		`{"eventType":"x","payload":{},"payload":{"b":1}}`, `{"eventType":"x","p\u0061yload":{"c":1}}`, `{"eventType":"x","payload":{"a":01}}`,
		`{"eventType":"x","payload":{},"transformationsParams":{"rawPayload":"a\n","headers":{"content-type":"a/b"}}}`,
		`[1`, `{"a":"` + "\x01" + `"}`, `{"eventType":"x","payload":{"\ud800":1}}`, `{"eventType":"x","payload":{}}x`, "{\"a\":\t1.}", "\n\t {\n\"eventType\" : \"x\" , \"payload\" :\n {\"a\": 1 } }\n",
	} {
		f.Add([]byte(seed))
	}
	h := api.New(api.Config{Publisher: echo{}, Auth: echo{}, IDs: id.NewSource(rand.Reader), Log: slog.New(slog.DiscardHandler)}).Handler()
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/app/a/msg", bytes.NewReader(body))
		r.Header.Set("Authorization", "Bearer x")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)

		if !json.Valid(body) || !utf8.Valid(body) {
			if w.Code != http.StatusBadRequest {
				t.Fatalf("%q is no JSON and got %d %s", body, w.Code, w.Body)
			}
			return
		}
		if w.Code == http.StatusInternalServerError {
			t.Fatalf("%q got %d %s", body, w.Code, w.Body)
		}
		if w.Code != http.StatusAccepted {
			return
		}
		var sent map[string]json.RawMessage
		if err := json.Unmarshal(body, &sent); err != nil {
			t.Fatal(err)
		}
		if _, replaced := sent["transformationsParams"]; replaced {
			return // its raw payload is delivered instead
		}
		if !bytes.Contains(w.Body.Bytes(), append([]byte(`"payload":`), sent["payload"]...)) {
			t.Fatalf("%q became %s", body, w.Body)
		}
	})
}
