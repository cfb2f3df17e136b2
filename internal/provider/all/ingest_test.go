package all_test

import (
	"encoding/base64"

	"github.com/posthorn/posthorn/internal/provider"
)

// ingestSamples are of senders that are source types of the public interface and have no test of their own.
func ingestSamples() []sample {
	return []sample{
		adobeSignSample(), airwallexSample(), checkbookSample(), easyPostSample(), easyPostV2Sample(), nangoSample(), openClawSample(), orumSample(),
		pandaDocSample(), portSample(), rutterSample(), segmentSample(), vapiSample("secret"), vapiSample("bearer"), vapiSample("hmac"),
	}
}

// header returns a function that sets one header to what it makes of a request.
func header(name string, value func(signing) string) func(signing) {
	return func(s signing) { s.Header.Set(name, value(s)) }
}

func adobeSignSample() sample {
	return sample{
		provider: "adobe-sign", secret: "CBJCHBCAABAAx1", foreign: "CBJCHBCAABAAx2",
		body: `{"webhookNotificationId":"n-1","event":"AGREEMENT_CREATED","eventDate":"2026-03-01T11:59:58Z"}`,
		sign: header("X-AdobeSign-ClientId", func(s signing) string { return s.secret }),
		id:   "n-1", kind: "AGREEMENT_CREATED",
		handshakes: map[string]handshake{"verification of intent": {request: func(s sample, _ string) *provider.Check {
			s.method, s.body = "GET", ""
			return s.signed(s.secret, "")
		}, want: "X-AdobeSign-ClientId: CBJCHBCAABAAx1"}},
	}
}

func airwallexSample() sample {
	return sample{
		provider: "airwallex", secret: "secret 1", foreign: "secret 2",
		body: `{"id":"evt_1","name":"payment_intent.succeeded","account_id":"acct_1","created_at":"2026-03-01T11:59:58Z"}`,
		sign: func(s signing) {
			s.Header.Set("X-Timestamp", s.stamp)
			s.Header.Set("X-Signature", hex256(s.secret, s.stamp, s.text()))
		},
		id: "evt_1", kind: "payment_intent.succeeded",
	}
}

func checkbookSample() sample {
	return sample{
		provider: "checkbook", secret: "335b5728e25b47e88995fce207bff380", foreign: "435b5728e25b47e88995fce207bff380",
		body: `{"status": "PAID", "id": "ed0af5fb335c47dd8eb53199ba50f5c4", "type": "CHECK"}`,
		sign: header("Signature", func(s signing) string {
			return "nonce=1243549809,signature=" + hex256(s.secret, s.text(), "1243549809")
		}),
		kind: "CHECK.PAID",
	}
}

func easyPostSample() sample {
	return sample{
		provider: "easypost", options: provider.Options{"version": "v1"}, secret: "secret 1", foreign: "secret 2",
		body: `{"id":"evt_1","object":"Event","description":"tracker.updated","created_at":"2026-03-01T11:59:58Z"}`,
		sign: header("X-Hmac-Signature", func(s signing) string { return "hmac-sha256-hex=" + hex256(s.secret, s.text()) }),
		id:   "evt_1", kind: "tracker.updated",
	}
}

func easyPostV2Sample() sample {
	s := easyPostSample()
	s.options = provider.Options{"version": "v2"}
	s.sign = func(g signing) {
		g.Header.Set("X-Timestamp", g.stamp)
		g.Header.Set("X-Path", "/in/src_2abc")
		g.Header.Set("X-Hmac-Signature-V2", "hmac-sha256-hex="+hex256(g.secret, g.stamp, g.Method, "/in/src_2abc", g.text()))
	}
	return s
}

func nangoSample() sample {
	return sample{
		provider: "nango", secret: "secret 1", foreign: "secret 2", body: `{"from":"nango","type":"sync","connectionId":"c-1"}`,
		sign: header("X-Nango-Hmac-Sha256", func(s signing) string { return hex256(s.secret, s.text()) }), kind: "sync",
	}
}

func openClawSample() sample {
	return sample{
		provider: "openclaw", secret: "token 1", foreign: "token 2", body: `{"jobId":"j-1","action":"finished","status":"ok"}`,
		sign: header("Authorization", func(s signing) string { return "Bearer " + s.secret }), kind: "finished",
	}
}

func orumSample() sample {
	own, other := pairFor("RS256", "own"), pairFor("RS256", "other")
	private := map[string]any{own.public: own.private, other.public: other.private}
	return sample{
		provider: "orum-io", secret: own.public, foreign: other.public, body: `{"event_type":"transfer_updated","created_at":"2026-03-01T11:59:58Z"}`,
		sign: header("Signature", func(s signing) string {
			return base64.StdEncoding.EncodeToString(signPublic("rsa-sha256", private[s.secret], s.text()+"2026-03-01T11:59:58Z"))
		}),
		kind: "transfer_updated",
	}
}

func pandaDocSample() sample {
	return sample{
		provider: "panda-doc", secret: "shared key 1", foreign: "shared key 2", query: "team=1", body: `[{"event":"document_state_changed","data":{"id":"d-1"}}]`,
		sign: func(s signing) { s.Query += "&signature=" + hex256(s.secret, s.text()) }, kind: "document_state_changed",
	}
}

func portSample() sample {
	return sample{
		provider: "port-io", secret: "client secret 1", foreign: "client secret 2", body: `{"action":"scaffold","resourceType":"run","status":"TRIGGERED"}`,
		sign: func(s signing) {
			s.Header.Set("X-Port-Timestamp", s.stamp)
			s.Header.Set("X-Port-Signature", "v1,"+base256(s.secret, s.stamp, ".", s.text()))
		},
		kind: "run.scaffold",
	}
}

func rutterSample() sample {
	return sample{
		provider: "rutter", secret: "client secret 1", foreign: "client secret 2", body: `{"type":"CONNECTION","code":"INITIAL_UPDATE","connection_id":"c-1"}`,
		sign: header("X-Rutter-Signature", func(s signing) string { return "sha256=" + base256(s.secret, s.text()) }), kind: "CONNECTION.INITIAL_UPDATE",
	}
}

func segmentSample() sample {
	return sample{
		provider: "segment", secret: "shared secret 1", foreign: "shared secret 2", body: `{"messageId":"m-1","type":"track","event":"Signed Up"}`,
		sign: header("X-Signature", func(s signing) string { return hex1(s.secret, s.text()) }), id: "m-1", kind: "track",
	}
}

func vapiSample(scheme string) sample {
	signs := map[string]func(signing){
		"secret": header("X-Vapi-Secret", func(s signing) string { return s.secret }),
		"bearer": header("Authorization", func(s signing) string { return "Bearer " + s.secret }),
		"hmac":   header("X-Vapi-Signature", func(s signing) string { return hex256(s.secret, s.text()) }),
	}
	return sample{
		provider: "vapi", options: provider.Options{"scheme": scheme}, secret: "secret-1", foreign: "secret-2",
		body: `{"message":{"type":"end-of-call-report","timestamp":1772366398000}}`, sign: signs[scheme], kind: "end-of-call-report",
	}
}
