package egress_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/egress"
)

// authority signs the certificates of one test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key := newKey(t)
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: day(-1), NotAfter: day(1), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{parsed, key}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// day returns the time n days from now. Certificates are checked against the machine's clock.
func day(n int) time.Time { return clock.Clock{}.Now().AddDate(0, 0, n) }

// issue returns a certificate for hook.example that change may spoil.
func (a authority) issue(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key := newKey(t)
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{"hook.example"}, NotBefore: day(-1), NotAfter: day(1),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	change(cert)
	der, err := x509.CreateCertificate(rand.Reader, cert, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// serveTLS starts a TLS receiver and returns its URL under the name hook.example.
func serveTLS(t *testing.T, config *tls.Config, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.TLS = config
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return "https://hook.example" + s.URL[strings.LastIndex(s.URL, ":"):] + "/"
}

func tlsClient(t *testing.T, roots *x509.CertPool) *egress.Client {
	t.Helper()
	return newClient(t, egress.Config{Policy: loopbackPolicy(t), Resolver: resolvesTo("127.0.0.1"), RootCAs: roots})
}

func unchanged(*x509.Certificate) {}

func TestHTTPSUsesHTTP2AndKeepsTheConnection(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	seen := make(chan string, 2)
	url := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, unchanged)}}, func(_ http.ResponseWriter, r *http.Request) {
		seen <- r.Proto + " " + r.RemoteAddr
	})
	client := tlsClient(t, a.pool())

	first, second := post(t, client, url), post(t, client, url)

	if first.Status != 200 || second.Status != 200 || first.Timing.TLS <= 0 || second.Timing.TLS != 0 {
		t.Fatalf("got %+v and %+v", first, second)
	}
	if a, b := <-seen, <-seen; !strings.HasPrefix(a, "HTTP/2.0 ") || a != b {
		t.Errorf("saw %s and %s", a, b)
	}
}

// There is no setting to skip any of this.
func TestBadTLSIsRefused(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	good := a.issue(t, unchanged)
	for name, config := range map[string]*tls.Config{
		"unknown authority": {Certificates: []tls.Certificate{newAuthority(t).issue(t, unchanged)}},
		"expired":           {Certificates: []tls.Certificate{a.issue(t, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = day(-2), day(-1) })}},
		"not valid yet":     {Certificates: []tls.Certificate{a.issue(t, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = day(1), day(2) })}},
		"wrong name":        {Certificates: []tls.Certificate{a.issue(t, func(c *x509.Certificate) { c.DNSNames = []string{"other.example"} })}},
		"name in CN only": {Certificates: []tls.Certificate{a.issue(t, func(c *x509.Certificate) {
			c.DNSNames, c.Subject = nil, pkix.Name{CommonName: "hook.example"}
		})}},
		"not for servers":               {Certificates: []tls.Certificate{a.issue(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })}},
		"SHA-1":                         {Certificates: []tls.Certificate{a.issue(t, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 })}},
		"TLS 1.0":                       {Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10},
		"TLS 1.1":                       {Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		"client certificate in TLS 1.2": {Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := serveTLS(t, config, func(http.ResponseWriter, *http.Request) { t.Error("the request arrived") })

			failed(t, post(t, tlsClient(t, a.pool()), url), egress.TLS)
		})
	}
}

func TestSelfSignedCertificatesAreRefused(t *testing.T) {
	t.Parallel()
	url := serveTLS(t, nil, func(http.ResponseWriter, *http.Request) { t.Error("the request arrived") }) // httptest signs its own

	r := post(t, tlsClient(t, x509.NewCertPool()), strings.Replace(url, "hook.example", "127.0.0.1", 1))

	failed(t, r, egress.TLS)
}

func TestPlainHTTPOnATLSPortIsTyped(t *testing.T) {
	t.Parallel()
	w := newWire(t, func(c net.Conn, _ func() bool) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") })

	failed(t, post(t, loopbackClient(t), strings.Replace(w.URL, "http:", "https:", 1)), egress.TLS)
}

func TestStalledHandshakesEndAfterFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, egress.Config{Resolver: resolvesTo("93.184.216.34"), RootCAs: x509.NewCertPool(),
			Dial: pipe(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })})
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()

		r := client.Do(ctx, egress.Request{Target: target(t, "https://hook.example/")})

		failed(t, r, egress.TLS)
		if r.Timing.Total != 5*time.Second {
			t.Errorf("took %v", r.Timing.Total)
		}
	})
}

func TestHugeCertificateChainsAreRefused(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	chain := a.issue(t, unchanged)
	for size := 0; size < 1<<20; size += len(a.cert.Raw) {
		chain.Certificate = append(chain.Certificate, a.cert.Raw)
	}
	url := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{chain}}, func(http.ResponseWriter, *http.Request) { t.Error("the request arrived") })

	failed(t, post(t, tlsClient(t, a.pool()), url), egress.TLS)
}

// In TLS 1.3 the server asks for it when the client has begun to write (RFC 8446, section 4.4.2.4). A write into a
// connection that is closed by then fails before anybody could read why.
func TestClientCertificateThatIsWantedAfterTheHandshakeIsNotGiven(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{a.issue(t, unchanged)}, ClientAuth: tls.RequireAnyClientCert}
	url := serveTLS(t, config, func(http.ResponseWriter, *http.Request) { t.Error("the request arrived") })

	got := post(t, tlsClient(t, a.pool()), url)

	if got.Outcome != egress.TLS && got.Outcome != egress.Disconnected || got.Status != 0 {
		t.Errorf("got %+v", got)
	}
}
