package dialect_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/dialect"
	"github.com/posthorn/posthorn/internal/hook"
)

func TestCarriedHeadersReplaceNeitherOursNorTheOwners(t *testing.T) {
	t.Parallel()
	carried := map[string][]string{
		"X-Github-Event": {"push"}, "X-Many": {"a", "b"}, "X-Own": {"stranger"}, "X_own": {"stranger"}, "Webhook-Id": {"forged"}, "Webhook-Signature": {"forged"},
		"User-Agent": {"GitHub-Hookshot"}, "Accept-Encoding": {"gzip"}, "Posthorn-Sent": {"0"}, "Content-Type": {"text/plain"},
	}
	own := map[string][]string{"X-Own": {"owner"}, "Authorization": {"Bearer owner"}}
	e := dialect.Envelope{MessageID: "msg_1", Sent: time.Unix(1, 0), Own: own, Carried: hook.Carried{Headers: carried, Hops: 4}}

	got := http.Header(dialect.Standard(e))

	for name, want := range map[string]string{
		"X-Github-Event": "push", "X-Own": "owner", "Authorization": "Bearer owner", "Webhook-Id": "msg_1", "Posthorn-Sent": "5",
		"Content-Type": "application/json", "Accept-Encoding": "identity",
	} {
		if !slices.Equal(got[name], []string{want}) {
			t.Errorf("%s: %v", name, got[name])
		}
	}
	if !slices.Equal(got["X-Many"], []string{"a", "b"}) || got.Get("User-Agent") == "GitHub-Hookshot" || got.Get("Webhook-Signature") == "forged" || got["X_own"] != nil {
		t.Errorf("headers: %v", got)
	}
}

func TestQueryOfAWebhookIsSentUnlessItCannotBeWritten(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]string{"a=1&b=%20": {"a=1&b=%20"}, "a=1\r\nX-Own: 2": nil} {
		carried := hook.Carried{Headers: map[string][]string{dialect.HeaderQuery: {query}}}

		got := dialect.Standard(dialect.Envelope{MessageID: "msg_1", Sent: time.Unix(1, 0), Carried: carried})

		if !slices.Equal(got[dialect.HeaderQuery], want) {
			t.Errorf("%q: got %q", query, got[dialect.HeaderQuery])
		}
	}
}

func TestWhatIsPublishedHereIsSentAsItsFirstHop(t *testing.T) {
	t.Parallel()

	got := dialect.Standard(dialect.Envelope{MessageID: "msg_1", Sent: time.Unix(1, 0)})

	if !slices.Equal(got[dialect.HeaderSent], []string{"1"}) || len(got) != 7 {
		t.Errorf("headers: %v", slices.Sorted(maps.Keys(got)))
	}
}

func TestOnlyWhatIsNobodyElsesToSayIsCarried(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		// RFC 9110, section 7.6.1, and what frames or names the receiver of a message
		"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"Http2-Settings", "Host", "Content-Length", "Expect",
		"Authorization", "Cookie", "Cookie2", "Set-Cookie",
		"Content-Type", "Content-Encoding", "Content-Range", "User-Agent", "Accept-Encoding", "Date",
		"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "Webhook-Anything", "Svix-Id", "Posthorn-Sent", "Posthorn-Anything",
		"Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-Ip", "X-Http-Method-Override",
		// what receivers believe of their own proxies
		"Proxy", "X-Original-Url", "X-Rewrite-Url", "X-Original-Host", "X-Method-Override", "X-Http-Method",
		"True-Client-Ip", "Cf-Connecting-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Remote-User", "Remote-User", "Remote-Groups",
		"X-Client-Cert", "X-Client-Cert-Dn", "X-Client-Certificate", "X-Ssl-Client-Verify", "Ssl-Client-Cert",
		// what CGI takes for another name
		"X_forwarded_for", "Webhook_signature", "Content_type", "Posthorn_sent", "X_own", "X-Own_name", "X.own",
		"", "x-lower", "webhook-id", "cookie", "X A", "X:A", "X\nA", "Ü",
	} {
		if dialect.Carries(name, []string{"v"}) {
			t.Errorf("%q is carried", name)
		}
	}
	for _, name := range []string{"X-Github-Event", "X-Hub-Signature-256", "Stripe-Signature", "Ce-Id", "Idempotency-Key", "Traceparent", "Origin"} {
		if !dialect.Carries(name, []string{"a", "b\tc", "\xff ü"}) {
			t.Errorf("%q is not carried", name)
		}
	}
	for _, value := range []string{"a\r\nX-B: c", "a\x00", "\x7f"} {
		if dialect.Carries("X-A", []string{"fine", value}) {
			t.Errorf("%q is carried", value)
		}
	}
}
