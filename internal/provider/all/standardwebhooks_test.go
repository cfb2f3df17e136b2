package all_test

import (
	"encoding/base64"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

func standardSample() sample {
	return sample{
		provider: "standard-webhooks",
		secret:   "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", foreign: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
		body: `{"type":"invoice.paid","timestamp":"2026-03-01T11:59:58Z","data":{"id":"in_1"}}`,
		sign: signStandard("Webhook"),
		id:   "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", kind: "invoice.paid",
	}
}

func standardWebhooksSample() sample {
	s := standardSample()
	s.options = provider.Options{"key": "base64"}
	return s
}

func svixSample() sample {
	s := standardSample()
	s.provider, s.sign = "svix", signStandard("Svix")
	return s
}

// Some senders key the hash with the secret as it stands.
func standardWebhooksTextSample() sample {
	s := standardWebhooksSample()
	sign := s.sign
	s.options, s.secret, s.foreign = provider.Options{"key": "text"}, "polar_whs_1", "polar_whs_2"
	s.sign = func(g signing) {
		g.secret = base64.StdEncoding.EncodeToString([]byte(g.secret))
		sign(g)
	}
	return s
}

// signStandard signs as the specification says, under either family of header names.
func signStandard(family string) func(signing) {
	return func(s signing) {
		id := "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.secret, "whsec_"))
		if err != nil {
			panic(err) // a sample's secret is written above
		}
		s.Header.Set(family+"-Id", id)
		s.Header.Set(family+"-Timestamp", s.stamp)
		s.Header.Set(family+"-Signature", "v1,"+base256(string(key), id, ".", s.stamp, ".", s.text()))
	}
}
