package egress_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/egress"
)

// The two benchmarks send the same requests to the same sink, once through the door and once with a
// bare http.Client that has the same pool and also reads the answer. What lies between them is what
// the guard costs.

func BenchmarkDo(b *testing.B) {
	sink := newSink(b)
	client := egress.New(egress.Config{Policy: loopbackPolicy(b)})
	b.Cleanup(client.Close)
	target := target(b, sink.URL)
	body := bytes.Repeat([]byte("x"), 1024)
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ctx, cancel := context.WithTimeout(b.Context(), 15*time.Second)
			r := client.Do(ctx, egress.Request{Target: target, Header: webhookHeader(), Body: body})
			cancel()
			if r.Status != http.StatusOK {
				b.Errorf("got %+v", r)
				return
			}
		}
	})
}

func BenchmarkBareHTTPClient(b *testing.B) {
	sink := newSink(b)
	client := &http.Client{Transport: &http.Transport{MaxIdleConns: 2048, MaxIdleConnsPerHost: 512, DisableCompression: true}}
	b.Cleanup(client.CloseIdleConnections)
	body := bytes.Repeat([]byte("x"), 1024)
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ctx, cancel := context.WithTimeout(b.Context(), 15*time.Second)
			if err := send(ctx, client, sink.URL, body); err != nil {
				b.Error(err)
			}
			cancel()
		}
	})
}

func send(ctx context.Context, client *http.Client, url string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header = webhookHeader()
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	_, err = io.ReadAll(answer.Body)
	return firstError(err, answer.Body.Close())
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func webhookHeader() http.Header {
	return http.Header{
		"Accept-Encoding":   {"identity"},
		"Content-Type":      {"application/json"},
		"User-Agent":        {"Posthorn"},
		"Webhook-Id":        {"msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"},
		"Webhook-Timestamp": {"1674087231"},
		"Webhook-Signature": {"v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="},
	}
}

func newSink(b *testing.B) *httptest.Server {
	b.Helper()
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "ok")
	}))
	b.Cleanup(sink.Close)
	return sink
}
