package hostile_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

const topic = "arn:aws:sns:us-west-2:123456789012:MyTopic"

// strangersAddressesAreNotVisited asks a source of SNS to confirm a subscription, or to fetch a certificate, at addresses that
// are not those of SNS. The trap is one that the server could reach.
func strangersAddressesAreNotVisited(trap string) func(*testing.T, *harness.Server) {
	return func(t *testing.T, s *harness.Server) {
		in := newInlet(t, s, object{"provider": "aws-sns", "options": object{"topic_arn": topic}})
		for _, kind := range []string{"SubscriptionConfirmation", "UnsubscribeConfirmation", "Notification"} {
			for _, address := range []string{
				trap, trap + "/a.pem", "https://169.254.169.254/a.pem", "https://sns.evil.com/a.pem", "http://sns.us-west-2.amazonaws.com/a.pem", "file:///etc/passwd",
				"https://sns.us-west-2.amazonaws.com@127.0.0.1/a.pem", "",
			} {
				body, err := json.Marshal(map[string]string{
					"Type": kind, "MessageId": "165545c9", "Token": "2336412f37", "Message": "m", "TopicArn": topic, "Timestamp": "2026-03-01T11:59:58.655Z",
					"SubscribeURL": address, "SigningCertURL": address, "SignatureVersion": "2", "Signature": "AAAA",
				})
				harness.Check(t, err)

				in.turnsAway(t, s, kind+" "+address, webhook{body: string(body), header: map[string]string{"Content-Type": "text/plain; charset=UTF-8"}}, http.StatusUnauthorized)
			}
		}
		in.tookNothing(t, s)
	}
}
