package all_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash/crc32"
	"strconv"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

const paypalCert = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270"

func paypalSample() sample {
	own := pairFor("RS256", "own")
	return sample{
		provider: "paypal", options: provider.Options{"webhook_id": "1JE4291016473214C"},
		keys: documents{paypalCert: own.public},
		body: `{"id":"WH-2WR32451HC0233532","event_type":"PAYMENT.CAPTURE.COMPLETED","create_time":"2026-03-01T11:59:58Z"}`,
		sign: func(s signing) {
			text := "69cd13f0-d67a-11e5|" + s.stamp + "|1JE4291016473214C|" + strconv.FormatUint(uint64(crc32.ChecksumIEEE(s.Body)), 10)
			digest := sha256.Sum256([]byte(text))
			sig, err := rsa.SignPKCS1v15(rand.Reader, own.private.(*rsa.PrivateKey), crypto.SHA256, digest[:])
			if err != nil {
				panic(err)
			}
			s.Header.Set("Paypal-Transmission-Id", "69cd13f0-d67a-11e5")
			s.Header.Set("Paypal-Transmission-Time", s.stamp)
			s.Header.Set("Paypal-Cert-Url", paypalCert)
			s.Header.Set("Paypal-Auth-Algo", "SHA256withRSA")
			s.Header.Set("Paypal-Transmission-Sig", base64.StdEncoding.EncodeToString(sig))
		},
		id: "WH-2WR32451HC0233532", kind: "PAYMENT.CAPTURE.COMPLETED",
	}
}

// Whoever may name the certificate may sign.
func TestPayPalCertificateComesFromPayPal(t *testing.T) {
	t.Parallel()
	s := paypalSample()

	for _, address := range []string{
		"https://api.paypal.com.evil.example/cert", "http://api.paypal.com/cert", "https://evil.example/api.paypal.com",
		"https://api.paypal.com@evil.example/cert", "https://api.paypal.com:8443/cert", "https://169.254.169.254/cert",
		"https://xapi.paypal.com/cert", "//api.paypal.com/cert", `https://api.paypal.com\@evil.example/`, "file:///etc/passwd",
	} {
		c := s.good(t)
		c.Keys = anywhere(paypalCert)
		c.Request.Header.Set("PayPal-Cert-Url", address)

		if _, err := s.declared(t).Judge(t.Context(), c); !errors.Is(err, provider.KeyHost) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestPayPalWithoutCertificateIsRefused(t *testing.T) {
	t.Parallel()
	s := paypalSample()
	for _, keys := range []provider.KeySource{nil, documents{}, documents{paypalCert: "no certificate"}} {
		c := s.good(t)
		c.Keys = keys

		if _, err := s.declared(t).Judge(t.Context(), c); err == nil {
			t.Errorf("accepted with %v", keys)
		}
	}
}
