package all_test

import (
	"encoding/base64"

	"github.com/posthorn/posthorn/internal/provider"
)

func grafanaSample() sample {
	return sample{
		provider: "grafana", options: provider.Options{"scheme": "hmac", "timestamp_header": "X-Grafana-Alerting-Timestamp"},
		secret: "gr-secret-1", foreign: "gr-secret-2",
		body: `{"receiver":"hooks","status":"firing","alerts":[{"status":"firing","fingerprint":"c6eadffa33fcdf37"}],"groupKey":"{}:{}"}`,
		sign: func(s signing) {
			s.Header.Set("X-Grafana-Alerting-Timestamp", s.stamp)
			s.Header.Set("X-Grafana-Alerting-Signature", hex256(s.secret, s.stamp, ":", s.text()))
		},
		kind: "firing",
	}
}

func grafanaUntimedSample() sample {
	s := grafanaSample()
	s.options, s.method = provider.Options{"scheme": "hmac", "header": "X-Grafana-Alert-Signature"}, "PUT"
	s.sign = func(g signing) { g.Header.Set("X-Grafana-Alert-Signature", hex256(g.secret, g.text())) }
	return s
}

func grafanaBearerSample() sample {
	s := grafanaSample()
	s.options = provider.Options{"scheme": "bearer"}
	s.sign = func(g signing) { g.Header.Set("Authorization", "Bearer "+g.secret) }
	return s
}

func grafanaBasicSample() sample {
	s := grafanaSample()
	s.options, s.secret, s.foreign = provider.Options{"scheme": "basic"}, "user:word", "user:other"
	s.sign = func(g signing) {
		g.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(g.secret)))
	}
	return s
}
