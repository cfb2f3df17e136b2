package all_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/posthorn/posthorn/internal/provider"
)

func mailchimpSample() sample {
	return sample{
		provider: "mailchimp", options: provider.Options{"product": "audience"}, secret: "long-random-text", foreign: "other-random-text",
		contentType: "application/x-www-form-urlencoded", query: "a=b",
		body:       "type=unsubscribe&fired_at=2026-03-01+11%3A59%3A58&data%5Bid%5D=8a25ff1d98",
		sign:       func(s signing) { s.Query += "&key=" + s.secret },
		id:         digestOf("data[id]8a25ff1d98fired_at2026-03-01 11:59:58typeunsubscribe"),
		kind:       "unsubscribe",
		handshakes: probes(map[string]string{"validator": http.MethodGet, "check of the URL": http.MethodHead}),
	}
}

func mailchimpTransactionalSample() sample {
	s := mailchimpSample()
	s.options = provider.Options{"product": "transactional"}
	s.body = "mandrill_events=%5B%7B%22event%22%3A%22send%22%2C%22_id%22%3A%22e+1%22%7D%5D"
	s.sign = func(g signing) {
		g.Header.Set("X-Mandrill-Signature", base1(g.secret, g.URL(), "mandrill_events", `[{"event":"send","_id":"e 1"}]`))
	}
	s.id, s.kind = digestOf(`mandrill_events[{"event":"send","_id":"e 1"}]`), "send"
	return s
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// probes are requests without a body that must be answered with nothing but a status.
func probes(methods map[string]string) map[string]handshake {
	shown := map[string]handshake{}
	for name, method := range methods {
		shown[name] = handshake{request: func(s sample, _ string) *provider.Check {
			r := s.unsigned()
			r.Method, r.Body = method, nil
			return &provider.Check{Request: r, Options: s.options}
		}}
	}
	return shown
}
