package all_test

import (
	"encoding/base64"

	"github.com/posthorn/posthorn/internal/provider"
)

func datadogSample() sample {
	return sample{
		provider: "datadog", options: provider.Options{"scheme": "header", "header": "X-Word"}, secret: "dd-1", foreign: "dd-2",
		body: `{"id":"1234567","event_type":"metric_alert_monitor","date":"1772366398000","title":"[Triggered]"}`,
		sign: func(s signing) { s.Header.Set("X-Word", s.secret) },
		id:   "1234567", kind: "metric_alert_monitor",
	}
}

func datadogBasicSample() sample {
	s := datadogSample()
	s.options, s.secret, s.foreign = provider.Options{"scheme": "basic"}, "user:word", "user:other"
	s.sign = func(g signing) {
		g.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(g.secret)))
	}
	return s
}
