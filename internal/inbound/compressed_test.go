package inbound_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/receive"
)

// compressed is a request whose signature covers the body before it is compressed.
func compressed(t *testing.T, address, body, coding string) *http.Request {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := io.WriteString(z, body)
	check(t, err)
	check(t, z.Close())
	r := request(t, http.MethodPost, address, body)
	r.Body, r.ContentLength = io.NopCloser(&packed), int64(packed.Len())
	r.Header.Set("Content-Encoding", coding)
	return r
}

func TestCompressedWebhookIsVerifiedAndStoredDecompressed(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, address := e.github(t)
	const body = `{"ref":"refs/heads/main"}`

	answer, text := do(t, compressed(t, address, body, "gzip"))

	if answer.status != http.StatusOK {
		t.Fatalf("got %d %s", answer.status, text)
	}
	if got := e.received(t, s); len(got) != 1 || string(got[0].Body) != body {
		t.Errorf("stored %+v", got)
	}
}

func TestCompressedWebhookIsBoundedByItsDecompressedSize(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, address := e.github(t)

	answer, text := do(t, compressed(t, address, strings.Repeat("\x00", 20<<20), "gzip"))

	if answer.status != http.StatusRequestEntityTooLarge || len(e.received(t, s)) != 0 {
		t.Errorf("got %d %s", answer.status, text)
	}
}

func TestUnsupportedCompressionIsAnsweredWithTheSupportedOnes(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	_, address := e.github(t)
	for _, coding := range []string{"br", "deflate", "gzip, gzip"} {
		answer, text := do(t, compressed(t, address, "{}", coding))

		if answer.status != http.StatusUnsupportedMediaType || answer.header.Get("Accept-Encoding") != "gzip, identity" {
			t.Errorf("%s: got %d %v %s", coding, answer.status, answer.header, text)
		}
	}
}

func TestMalformedCompressionIsCountedAsARefusalOfTheSource(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	s, address := e.github(t)
	for _, body := range []string{`{"plain":"text"}`, "{}"} {
		r := request(t, http.MethodPost, address, body)
		r.Header.Set("Content-Encoding", "gzip")

		answer, text := do(t, r)

		if answer.status != http.StatusBadRequest || !strings.Contains(text, "malformed_compression") {
			t.Errorf("%s: got %d %s", body, answer.status, text)
		}
	}
	e.service.Flush(t.Context())

	counts, samples, err := e.db.Refusals(t.Context(), s.Key, clock.Clock{}.Now().Add(-2*time.Hour))
	check(t, err)
	if len(counts) != 1 || counts[0].Cause != receive.CauseCompression || counts[0].Count != 2 || len(samples) != 2 {
		t.Errorf("counted %v, kept %v", counts, samples)
	}
	if got := e.received(t, s); len(got) != 0 {
		t.Errorf("stored %+v", got)
	}
}
