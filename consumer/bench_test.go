package consumer_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/consumer"
)

// BenchmarkServeHTTP measures what the kit adds to a receiver, for a body of a kilobyte.
func BenchmarkServeHTTP(b *testing.B) {
	padding := strings.Repeat("x", 1000)
	for name, change := range map[string]func(r *http.Request){
		"taken":   func(*http.Request) {},
		"refused": func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64)) },
	} {
		b.Run(name, func(b *testing.B) {
			queue := &box{}
			h, err := consumer.New(consumer.Config{Provider: "github", Secrets: []consumer.Secret{secret}, Fallback: queue.put})
			if err != nil {
				b.Fatal(err)
			}
			requests := make([]*http.Request, b.N)
			for n := range requests {
				requests[n] = push(fmt.Sprintf(`{"n":%d,"padding":%q}`, n, padding))
				change(requests[n])
			}
			b.ReportAllocs()
			b.ResetTimer()
			for _, r := range requests {
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
