package all_test

import "github.com/posthorn/posthorn/internal/provider"

func twitchSample() sample {
	return sample{
		provider: "twitch", secret: "5f1a6e7cd2e7137ccf9e15b2f43fe63949eb84b1", foreign: "0f1a6e7cd2e7137ccf9e15b2f43fe63949eb84b1",
		body: `{"subscription":{"id":"s-1","type":"channel.follow"},"event":{"user_id":"1234"}}`,
		sign: signTwitch("notification"),
		id:   "befa7b53-d79d-478f-86b9-120f112b044e", kind: "channel.follow",
		handshakes: map[string]handshake{
			"webhook_callback_verification": {want: "c-123", request: func(s sample, challenge string) *provider.Check {
				s.body = `{"challenge":` + quote(challenge) + `,"subscription":{"type":"channel.follow"}}`
				s.sign = signTwitch("webhook_callback_verification")
				return s.signed(s.secret, "2026-03-01T12:00:00Z")
			}},
		},
	}
}

func signTwitch(kind string) func(signing) {
	return func(s signing) {
		id := "befa7b53-d79d-478f-86b9-120f112b044e"
		s.Header.Set("Twitch-Eventsub-Message-Id", id)
		s.Header.Set("Twitch-Eventsub-Message-Type", kind)
		s.Header.Set("Twitch-Eventsub-Message-Timestamp", s.stamp)
		s.Header.Set("Twitch-Eventsub-Message-Signature", "sha256="+hex256(s.secret, id, s.stamp, s.text()))
	}
}
