package all_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

const (
	snsTopic  = "arn:aws:sns:us-west-2:123456789012:MyTopic"
	snsCert   = "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem"
	snsVisit  = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + snsTopic + "&Token=2336412f37"
	snsEnding = `,"TopicArn":"` + snsTopic + `","Timestamp":"2026-03-01T11:59:58.655Z","SignatureVersion":"V","Signature":"SIG","SigningCertURL":"` + snsCert + `"}`
)

func awsSNSSample() sample {
	return sample{
		provider: "aws-sns", options: provider.Options{"signature_version": "2", "topic_arn": snsTopic},
		keys: documents{snsCert: certificate(pairFor("RS256", "sns"))}, contentType: "text/plain; charset=UTF-8",
		body: `{"Type":"Notification","MessageId":"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324","Subject":"My \u00e9","Message":"Hello\nworld!"` + snsEnding,
		sign: func(s signing) { signSNS(s, "2") },
		id:   "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", kind: "Notification",
		handshakes: map[string]handshake{
			"subscription confirmation": {request: func(s sample, challenge string) *provider.Check {
				return confirmation(s, snsVisit, challenge)
			}},
		},
	}
}

func awsSNSOldSample() sample {
	s := awsSNSSample()
	s.options = provider.Options{"signature_version": "1", "topic_arn": snsTopic}
	s.body = `{"Type":"Notification","MessageId":"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324","Message":"no subject"` + snsEnding
	s.sign = func(g signing) { signSNS(g, "1") }
	return s
}

// confirmation is the question whether we want the topic's messages, with a challenge in its text.
func confirmation(s sample, visit, text string) *provider.Check {
	s.body = `{"Type":"SubscriptionConfirmation","MessageId":"165545c9-2a5c-472c-8df2-7ff2be2b3b1b","Token":"2336412f37","Message":` +
		quote("m"+text) + `,"SubscribeURL":` + quote(visit) + snsEnding
	return s.signed("", "")
}

// signSNS puts version and signature into a body.
func signSNS(s signing, version string) {
	text := strings.Replace(s.text(), `"SignatureVersion":"V"`, `"SignatureVersion":"`+version+`"`, 1)
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		panic(err) // a sample's body is written above
	}
	signed := ""
	for _, name := range []string{"Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"} {
		if value, ok := fields[name].(string); ok {
			signed += name + "\n" + value + "\n"
		}
	}
	s.Body = []byte(strings.Replace(text, `"SIG"`, `"`+signRSA(pairFor("RS256", "sns"), version, signed)+`"`, 1))
}

func signRSA(p pair, version, text string) string {
	kind, sum := crypto.SHA256, sha256.Sum256([]byte(text))
	digest := sum[:]
	if version == "1" {
		old := sha1.Sum([]byte(text))
		kind, digest = crypto.SHA1, old[:]
	}
	sig, err := p.private.(*rsa.PrivateKey).Sign(rand.Reader, digest, kind)
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

// certificate returns one that is valid around noon.
func certificate(p pair) string {
	key := p.private.(*rsa.PrivateKey)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: noon().Add(-time.Hour), NotAfter: noon().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestSNSConfirmationTellsTheAddressToVisit(t *testing.T) {
	t.Parallel()
	s := awsSNSSample()

	got, err := s.declared(t).Judge(t.Context(), confirmation(s, snsVisit, ""))

	if err != nil || got.Reply == nil || got.Reply.Visit != snsVisit || len(got.Reply.Hosts) == 0 {
		t.Errorf("%+v, %v", got.Reply, err)
	}
}

// S19: the address is visited only if SNS has written it, and only if it is one of SNS.
func TestSNSConfirmationVisitsNobodyElse(t *testing.T) {
	t.Parallel()

	for _, visit := range append(elsewhere(""), "https://sns.us-west-2.amazonaws.com@evil.com/", "") {
		s := awsSNSSample()
		if got, err := s.declared(t).Judge(t.Context(), confirmation(s, visit, "")); err == nil {
			t.Errorf("%s: %+v", visit, got.Reply)
		}
	}

	s := awsSNSSample()
	forged := confirmation(s, snsVisit, "")
	forged.Request.Body = []byte(strings.Replace(string(forged.Request.Body), "Token=2336412f37", "Token=0000000000", 1))
	if _, err := s.declared(t).Judge(t.Context(), forged); !errors.Is(err, provider.NoMatch) {
		t.Error(err)
	}
}

// S20: a certificate from anywhere else proves nothing, whoever has signed it. It is not even fetched.
func TestSNSCertificatesComeFromSNS(t *testing.T) {
	t.Parallel()

	for _, address := range append(elsewhere("/a.pem"), "https://sns.us-west-2.amazonaws.com/a.pem.txt") {
		s := awsSNSSample()
		s.keys = documents{address: certificate(pairFor("RS256", "sns"))}
		c := s.good(t)
		c.Request.Body = []byte(strings.Replace(string(c.Request.Body), snsCert, address, 1))

		if _, err := s.declared(t).Judge(t.Context(), c); !errors.Is(err, provider.KeyHost) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// elsewhere are addresses that are not those of SNS.
func elsewhere(path string) []string {
	list := []string{
		"https://169.254.169.254", "https://sns.evil.com", "https://evil.com", "http://sns.us-west-2.amazonaws.com",
		"https://sns.us-west-2.amazonaws.com.evil.com", "https://sns.us-west-2.amazonaws.com:8443", "https://x.sns.us-west-2.amazonaws.com",
		"https://sns.s3.amazonaws.com", "https://sns.s3-us-west-2.amazonaws.com", "https://sqs.us-west-2.amazonaws.com", "https://sns.amazonaws.com",
		"https://sns.us-west-x.amazonaws.com", "https://sns.evil.amazonaws.com", "//sns.us-west-2.amazonaws.com",
	}
	for i := range list {
		list[i] += path
	}
	return list
}

// Everybody can have SNS sign for a topic of his own.
func TestSNSMessagesOfOtherTopicsAreRefused(t *testing.T) {
	t.Parallel()
	s := awsSNSSample()
	s.options = provider.Options{"topic_arn": "arn:aws:sns:us-west-2:123456789012:Another"}
	none := awsSNSSample()
	none.options = nil

	if _, err := s.declared(t).Judge(t.Context(), s.good(t)); !errors.Is(err, provider.WrongClaim) {
		t.Error(err)
	}
	if _, err := s.declared(t).Judge(t.Context(), none.good(t)); !errors.Is(err, provider.BadOption) {
		t.Error(err)
	}
}

// S5: where SHA-256 is expected, a message that is signed with SHA-1 is refused, and says so.
func TestSNSVersionIsNotTheSendersChoice(t *testing.T) {
	t.Parallel()
	s := awsSNSSample()
	s.sign = func(g signing) { signSNS(g, "1") }

	if _, err := s.declared(t).Judge(t.Context(), s.good(t)); !errors.Is(err, provider.Algorithm) {
		t.Error(err)
	}
}

// The signature is over values: a second one of a name would be unsigned, and the next reader may take it.
func TestSNSFieldsStandThereOnce(t *testing.T) {
	t.Parallel()

	for _, more := range []string{`,"Message":"evil"}`, `,"message":"evil"}`, `,"Meſſage":"evil"}`, `,"Messag\u0065":"evil"}`, `}{"Message":"evil"}`} {
		s := awsSNSSample()
		c := s.good(t)
		c.Request.Body = append(c.Request.Body[:len(c.Request.Body)-1], more...)

		if got, err := s.declared(t).Judge(t.Context(), c); err == nil {
			t.Errorf("%s: %+v", more, got)
		}
	}
	for _, field := range []string{"Hello", "22b80b92", "My ", "11:59", "Notification\""} {
		s := awsSNSSample()
		c := s.good(t)
		c.Request.Body = []byte(strings.Replace(string(c.Request.Body), field, "x"+field, 1))

		if got, err := s.declared(t).Judge(t.Context(), c); err == nil {
			t.Errorf("%s can be changed: %+v", field, got)
		}
	}
}

// S10: another spelling of the same message is the same event, or none.
func TestSNSMessagesSpelledAnewAreOneEvent(t *testing.T) {
	t.Parallel()
	s := awsSNSSample()
	want, err := s.declared(t).Judge(t.Context(), s.good(t))
	if err != nil {
		t.Fatal(err)
	}

	for old, spelled := range map[string]string{
		`"MessageId"`: `"MessageI\u0064"`, `"22b8`: `"\u0032\u0032b8`, `{"Type"`: "{ \r\n\"Type\"", `"Type":"N`: `"Type" : "\u004e`,
	} {
		c := s.good(t)
		c.Request.Body = []byte(strings.Replace(string(c.Request.Body), old, spelled, 1))
		if got, err := s.declared(t).Judge(t.Context(), c); err == nil && got.Key != want.Key {
			t.Errorf("%s: %s", spelled, got.Key)
		}
	}
}
