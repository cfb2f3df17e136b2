package all

import (
	"net/url"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// awsSNS signs fields of the body with a key whose certificate is fetched from the address in the body. Everybody can
// make SNS sign for a topic of his own, so the topic decides. Where the certificate may lie is narrower than in AWS's own
// libraries (any label of three characters in sns.*.amazonaws.com): a bucket named sns would lie there too.
//
// A subscription is confirmed by visiting SubscribeURL, once the signature has proven that SNS has written it. The end of
// a subscription carries the same address; visiting it would subscribe again, so it is an event like any other.
//
// A time is signed, but it is that of the message, and how long one may be on its way altogether is on no page (an
// hour of trying is the most that a delivery policy allows), so age decides nothing and the message's id tells a
// repetition. It is remembered for longer than usual, because nothing else stops who has caught a message.
func awsSNS() provider.Provider {
	return provider.Provider{
		Name: "aws-sns", Title: "Amazon SNS",
		Pages: []provider.Page{
			{Title: "Verifying the signatures of Amazon SNS messages", URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html"},
			{Title: "Verifying the signature of an Amazon SNS message when using HTTP query-based requests", URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html"},
			{Title: "Amazon SNS message delivery retries", URL: "https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html"},
			{Title: "Step 1: Make sure your endpoint is ready to process Amazon SNS messages", URL: "https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html"},
		},
		Note: "Set the topic's attribute SignatureVersion to 2, or the option here to 1. Raw message delivery must be off: raw messages are not signed. " +
			"UnsubscribeURL and MessageAttributes are not covered by the signature.",
		Options: []provider.Option{
			{Name: "signature_version", Meaning: "The topic's SignatureVersion: 2 is SHA-256, 1 is SHA-1.", Default: "2", Values: []string{"2", "1"}},
			{Name: "topic_arn", Meaning: "The topic that may send here.", Required: true},
		},
		Choose: snsScheme,
		ID:     provider.JSONPath("MessageId"),
		Window: 7 * 24 * time.Hour,
		Type:   provider.JSONPath("Type"),
		Time:   provider.Moment{From: provider.JSONPath("Timestamp"), Unit: provider.RFC3339},
		Handshakes: []provider.Handshake{{
			Name: "subscription confirmation", Guard: provider.Signed,
			When:  []provider.Match{{At: provider.JSONPath("Type"), Equals: "SubscriptionConfirmation"}},
			Visit: provider.Fetched{From: snsAddress("SubscribeURL"), Hosts: snsHosts()},
		}},
		ContentTypes: []string{"text/plain", "application/json"},
	}
}

func snsScheme(o provider.Options) (provider.Scheme, error) {
	algorithms := map[string]provider.Asymmetric{"1": provider.RSASHA1, "2": provider.RSASHA256}
	algorithm, ok := algorithms[o["signature_version"]]
	if !ok {
		return nil, provider.Refuse(provider.BadOption, "option signature_version")
	}
	return provider.Public{
		Algorithm: algorithm, Signature: provider.JSONPath("Signature"), Encoding: provider.Base64,
		Signed:  []provider.Piece{snsText()},
		Fetched: provider.Fetched{From: snsAddress("SigningCertURL"), Hosts: snsHosts(), Ends: ".pem"},
	}, nil
}

func snsHosts() []string { return []string{"sns.*.amazonaws.com", "sns.*.amazonaws.com.cn"} }

// snsAddress is an address in the body, which must be one of SNS in some region.
func snsAddress(field string) provider.Piece {
	at := provider.JSONPath(field)
	return provider.Computed(at.String(), func(c *provider.Check) (string, error) {
		address, err := at.Read(c)
		if err != nil {
			return "", err
		}
		if !inRegion(address) {
			return "", provider.Refuse(provider.KeyHost, at.String())
		}
		return address, nil
	}, at)
}

// inRegion reports whether the second label of the host looks like a region, such as us-gov-west-1, and not like a place
// where buckets are.
func inRegion(address string) bool {
	const fewest = 2 // hyphens
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	labels := strings.Split(strings.ToLower(u.Hostname()), ".")
	if len(labels) < 4 || strings.HasPrefix(labels[1], "s3") {
		return false
	}
	last := labels[1][max(0, len(labels[1])-1):]
	return strings.Count(labels[1], "-") >= fewest && strings.Trim(last, "0123456789") == "" && last != ""
}
