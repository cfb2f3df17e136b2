package all_test

import (
	"net/http"
	"testing"
)

func intercomSample() sample {
	return sample{
		provider: "intercom", secret: "9a1b2c3d-client", foreign: "0a1b2c3d-client",
		body: `{"type":"notification_event","id":"notif_78c122d0-23ba","topic":"user.created","created_at":1772366398,"delivery_attempts":1}`,
		sign: func(s signing) { s.Header.Set("X-Hub-Signature", "sha1="+hex1(s.secret, s.text())) },
		id:   "notif_78c122d0-23ba", kind: "user.created",
		handshakes: probes(map[string]string{"check of the URL": http.MethodHead}),
	}
}

// The URL is not saved at Intercom otherwise.
func TestIntercomFindsTheEndpointWithHead(t *testing.T) {
	t.Parallel()
	s := intercomSample()
	c := s.good(t)
	c.Request.Method, c.Request.Body, c.Request.Header, c.Secrets = http.MethodHead, nil, http.Header{}, nil

	got := judged(t, s.declared(t), c)

	if got.Reply == nil {
		t.Errorf("no answer but %+v", got)
	}
}
