package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

// Every target asks for the same: no panic, and nothing is accepted from whoever does not know the secret. The secret
// is not in any seed, so that the fuzzer cannot copy a proof.

const unknown = provider.Secret("0123456789abcdef0123456789abcdef")

func mustRefuseAll(t *testing.T, p provider.Provider, c *provider.Check) {
	t.Helper()
	if got, err := p.Judge(t.Context(), c); err == nil {
		t.Errorf("accepted: %+v", got)
	}
}

func FuzzHMACHeader(f *testing.F) {
	for _, seed := range []string{
		"", "t=1772366400,v1=" + strings.Repeat("0", 64), "v1=00,v1=00", "sha256=" + strings.Repeat("f", 64), ",,,", "t=t=t", strings.Repeat("v1=00,", 40),
	} {
		f.Add(seed, "1772366400", "{}")
	}
	layouts := []provider.Layout{{}, provider.List(","), provider.Pairs(",", "v1", "t"), provider.Pairs(";", "h1", ""), {Between: " ", Lines: true}}
	f.Fuzz(func(t *testing.T, value, stamp, body string) {
		for i, l := range layouts {
			s := provider.HMAC{
				Hash: provider.SHA256, Signature: provider.Header("X-Sig"), Layout: l, Encoding: provider.Encoding(i % 4),
				Signed: []provider.Piece{provider.Timestamp(), provider.Literal("."), provider.Body()},
				Stamp:  provider.Stamp{From: provider.Header("X-Time"), Unit: provider.Unit(i % 3)},
			}
			c := check(body, "X-Sig", value, "X-Time", stamp)
			c.Secrets = []provider.Secret{unknown}
			mustRefuseAll(t, of(s), c)
		}
	})
}

func FuzzStandardWebhooksHeaders(f *testing.F) {
	f.Add("msg_1", "1772366400", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "{}")
	f.Add("", "-1", "v1a, v1,", "")
	f.Fuzz(func(t *testing.T, id, stamp, value, body string) {
		c := check(body, "webhook-id", id, "svix-timestamp", stamp, "webhook-timestamp", stamp, "webhook-signature", value)
		c.Secrets = []provider.Secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
		mustRefuseAll(t, of(provider.StandardWebhooks{}), c)
	})
}

func FuzzTokens(f *testing.F) {
	f.Add("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "q=1")
	f.Add("Bearer x", "token=%zz&token=1")
	f.Fuzz(func(t *testing.T, header, query string) {
		c := check("{}", "Authorization", header)
		c.Secrets, c.Request.Query = []provider.Secret{unknown, "user:" + unknown}, query
		for _, s := range []provider.Scheme{
			provider.Basic{}, provider.Token{From: provider.Header("Authorization"), Prefix: "Bearer "}, provider.Token{From: provider.Query("token")},
		} {
			mustRefuseAll(t, of(s), c)
		}
	})
}

func FuzzJWT(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.e30.", `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`)
	f.Add("eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA", `{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}`)
	f.Fuzz(func(t *testing.T, token, keys string) {
		c := check("{}", "X-Token", token)
		c.Secrets, c.Keys = []provider.Secret{unknown}, documents{keySet: keys}
		from := provider.Header("X-Token")
		mustRefuseAll(t, of(provider.JWT{From: from, Algorithms: []string{"HS256"}}), c)
		if strings.Contains(keys, "x5c") || len(keys) > 1_000 { // a fuzzer may bring its own key pair, but not a small one
			return
		}
		c.Secrets = nil
		_, _ = of(provider.JWT{
			From: from, Algorithms: []string{"RS256", "ES256", "EdDSA"},
			Fetched: provider.Fetched{From: provider.Literal(keySet), Hosts: []string{"sender.example.com"}},
		}).Judge(t.Context(), c)
	})
}

func FuzzPublicKeySignature(f *testing.F) {
	f.Add("00", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "{}")
	f.Add("AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "{}")
	f.Fuzz(func(t *testing.T, value, pasted, body string) {
		for a := range provider.ECDSAP1363 + 2 {
			c := check(body, "X-Sig", value)
			c.Secrets = []provider.Secret{provider.Secret(pasted)}
			s := provider.Public{Algorithm: a, Signature: provider.Header("X-Sig"), Encoding: provider.Encoding(a % 4)}
			_ = s.Accept(provider.Secret(pasted))
			if _, err := of(s).Judge(t.Context(), c); err == nil && s.Accept(provider.Secret(pasted)) != nil {
				t.Error("a key that would be refused at setup verifies")
			}
		}
	})
}

func FuzzPieces(f *testing.F) {
	f.Add("a=1&b=%zz", "application/x-www-form-urlencoded", `{"a":[1,{"b":2}]}`)
	f.Add("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", "[")
	f.Fuzz(func(t *testing.T, form, kind, body string) {
		c := check(form, "Content-Type", kind)
		_, _ = provider.Form("a").Read(c)
		c.Request.Query = form
		_, _ = provider.Query("a").Read(c)
		c.Request.Body = []byte(body)
		for _, path := range []string{"a", "a.#.b", "#.a", "0.b", "a.1.b"} {
			_, _ = provider.JSONPath(path).Read(c)
		}
	})
}

// Whatever is asked, what comes back is short, printable, and no HTML.
func FuzzHandshakes(f *testing.F) {
	f.Add("c-123", "q=c")
	f.Add("<script>\u2028", "challenge=%00")
	p := of(provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Sig")})
	p.Handshakes = []provider.Handshake{
		{
			Name: "text", Method: http.MethodGet, When: []provider.Match{{At: provider.Query("challenge")}},
			Echo: provider.Query("challenge"), As: provider.Text, Reply: []provider.Given{{}},
		},
		{
			Name: "json", When: []provider.Match{{At: provider.JSONPath("challenge")}}, Echo: provider.JSONPath("challenge"), As: provider.JSON,
			Reply: []provider.Given{{Name: "plain"}, {Name: "sealed", Seal: provider.Seal{Hash: provider.SHA256}}, {Name: "X-Back", InHeader: true}},
		},
	}
	f.Fuzz(func(t *testing.T, body, query string) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			c := check(body)
			c.Request.Method, c.Request.Query = method, query
			got, err := p.Judge(t.Context(), c)
			if err == nil && (len(got.Reply.Body) > 10_000 || strings.ContainsAny(got.Reply.Header["X-Back"], "\r\n\x00")) {
				t.Errorf("%+v", got.Reply)
			}
		}
	})
}
