package all_test

import (
	"encoding/base64"
	"testing"
)

func postmarkSample() sample {
	return sample{
		provider: "postmark", secret: "hook:pass", foreign: "hook:other",
		body: `{"RecordType":"Delivery","MessageID":"883953f4-6105","Recipient":"john@example.com","DeliveredAt":"2026-03-01T11:59:58Z"}`,
		sign: signBasic,
		id:   "Delivery:883953f4-6105:john@example.com:2026-03-01T11:59:58Z", kind: "Delivery",
	}
}

func postmarkBounceSample() sample {
	s := postmarkSample()
	s.body = `{"RecordType":"Bounce","ID":42,"MessageID":"883953f4-6105","BouncedAt":"2026-03-01T11:59:58Z"}`
	s.id, s.kind = "Bounce:42", "Bounce"
	return s
}

func signBasic(s signing) {
	s.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(s.secret)))
}

// Times are to the second, and whoever reads a message may click on more than one link in one.
func TestPostmarkClicksOfOneSecondAreSeveralEvents(t *testing.T) {
	t.Parallel()
	s := postmarkSample()
	p := s.declared(t)
	key := func(kind, more string) string {
		s.body = `{"RecordType":"` + kind + `","MessageID":"883953f4-6105","Recipient":"john@example.com","ReceivedAt":"2026-03-01T11:59:58Z"` + more + `}`
		return judged(t, p, s.good(t)).Key
	}

	for kind, name := range map[string]string{"Click": "OriginalLink", "Open": "UserAgent"} {
		first, second, again := key(kind, `,"`+name+`":"one"`), key(kind, `,"`+name+`":"two"`), key(kind, `,"`+name+`":"one"`)
		if first == second || first != again {
			t.Errorf("%s: got %q, %q and %q", kind, first, second, again)
		}
	}
}
