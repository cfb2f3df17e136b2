package egress_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/egress"
)

// neverDial fails the test when a socket would be opened.
func neverDial(t *testing.T) func(context.Context, string, string) (net.Conn, error) {
	return func(_ context.Context, _, address string) (net.Conn, error) {
		t.Errorf("%s was dialled", address)
		return nil, errors.New("not in this test")
	}
}

// failed checks that an attempt ended as want, with a sentence that names no address.
func failed(t *testing.T, r egress.Response, want egress.Outcome) {
	t.Helper()
	if r.Outcome != want || r.Status != 0 || r.Header != nil || r.Body != nil {
		t.Fatalf("got %+v, want %s and no answer", r, want)
	}
	if !strings.HasSuffix(r.Detail, ".") || strings.ContainsAny(r.Detail, "[]") || strings.Contains(r.Detail, "127.") || strings.Contains(r.Detail, "10.") {
		t.Errorf("the sentence says %q", r.Detail)
	}
}

// Whatever a name's owner mixes in, points it to later, or aliases it to.
func TestNamesWithAnyForbiddenAddressAreRefused(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answers{
		"private only":        resolvesTo("10.0.0.1", "10.0.0.2"),
		"alias of localhost":  resolvesTo("127.0.0.1"),
		"mapped":              resolvesTo("::ffff:169.254.169.254"),
		"zoned":               resolvesTo("fe80::1%eth0"),
		"zoned public":        resolvesTo("2606:4700::1111%eth0"),
		"unspecified":         resolvesTo("::"),
		"metadata behind nat": resolvesTo("64:ff9b::a9fe:a9fe"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, egress.Config{Resolver: a, Dial: neverDial(t)})

			failed(t, post(t, client, "https://hook.example/"), egress.Refused)
		})
	}
}

func TestForbiddenAddressAmongPermittedOnesIsNamed(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]answers{
		"10.0.0.1": resolvesTo("93.184.216.34", "10.0.0.1"), "10.0.0.2": resolvesTo("10.0.0.2", "93.184.216.34", "10.0.0.3"),
		"::1": resolvesTo("2606:4700::1111", "::1"),
	} {
		client := newClient(t, egress.Config{Resolver: a, Dial: neverDial(t)})

		r := post(t, client, "https://hook.example/")

		if r.Outcome != egress.Refused || !strings.Contains(r.Detail, " "+want+" ") || strings.Contains(r.Detail, "10.0.0.3") {
			t.Errorf("got %s: %s", r.Outcome, r.Detail)
		}
	}
}

// The addresses of TestCheckURLRefuses once more at the moment of dialling, for URLs that were stored before they
// became forbidden. The table of URLs is the one that CheckURL refuses.
func TestStoredForbiddenURLsAreRefusedBeforeDialling(t *testing.T) {
	t.Parallel()
	client := newClient(t, egress.Config{Dial: neverDial(t)})
	for _, raw := range []string{
		"https://127.0.0.1/", "https://localhost/", "https://foo.localhost/", "https://169.254.169.254/", "https://10.0.0.1/", "https://0.0.0.0/",
		"https://[::]/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:a9fe:a9fe::]/",
		"https://[fec0::1]/", "https://192.0.2.1/", "https://93.184.216.34:22/", "http://93.184.216.34/", "https://example.com:6379/",
	} {
		failed(t, post(t, client, raw), egress.Refused)
	}
	failed(t, client.Do(t.Context(), egress.Request{}), egress.Refused)
}

// Between the check and the connection nobody is asked again.
func TestTheVettedAddressIsTheOneDialled(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	dialled := make(chan string, 2)
	client := newClient(t, egress.Config{
		Resolver: resolver(func(context.Context, string) ([]netip.Addr, error) {
			if asked.Add(1) > 1 {
				return resolvesTo("127.0.0.1"), nil
			}
			return resolvesTo("93.184.216.34"), nil
		}),
		Dial: func(_ context.Context, _, address string) (net.Conn, error) {
			dialled <- address
			return nil, errors.New("nobody there")
		},
	})

	first := post(t, client, "https://hook.example:8443/")
	second := post(t, client, "https://hook.example:8443/")

	failed(t, first, egress.Connect)
	failed(t, second, egress.Refused)
	if at := <-dialled; at != "93.184.216.34:8443" || len(dialled) != 0 || asked.Load() != 2 {
		t.Errorf("dialled %s, %d more, asked %d times", at, len(dialled), asked.Load())
	}
}

type resolver func(ctx context.Context, host string) ([]netip.Addr, error)

func (r resolver) LookupNetIP(ctx context.Context, _, host string) ([]netip.Addr, error) {
	return r(ctx, host)
}

// The check on the socket holds by itself, whatever the check before it let through.
func TestTheSocketIsVettedOnceMore(t *testing.T) {
	t.Parallel()
	vet := policy(t, egress.Options{AllowNetworks: []string{"127.0.0.0/8"}}).VetDialled(false)
	for address, ok := range map[string]bool{
		"127.0.0.1:8080": true, "[::ffff:127.0.0.1]:8080": true, "10.0.0.1:80": false, "[::1]:80": false, "[::]:80": false,
		"127.0.0.1:22": false, "93.184.216.34:80": false, "[fe80::1%lo]:80": false, "nonsense": false,
	} {
		if err := vet(t.Context(), "tcp4", address, nil); (err == nil) != ok {
			t.Errorf("%s: got %v", address, err)
		}
	}
	if vet(t.Context(), "udp4", "127.0.0.1:8080", nil) == nil || vet(t.Context(), "unix", "/run/x.sock", nil) == nil {
		t.Error("a network other than TCP passed")
	}
}

// A public name on plain http must not reach the public internet because networks are allowed.
func TestPlainHTTPNeedsAnAllowedAddress(t *testing.T) {
	t.Parallel()
	client := newClient(t, egress.Config{Policy: loopbackPolicy(t), Resolver: resolvesTo("93.184.216.34"), Dial: neverDial(t)})

	failed(t, post(t, client, "http://hook.example/"), egress.Refused)
}

func TestNamesThatPointToAllowedNetworksAreDelivered(t *testing.T) {
	t.Parallel()
	w := newWire(t, says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	client := newClient(t, egress.Config{Policy: loopbackPolicy(t), Resolver: resolvesTo("127.0.0.1")})
	port := w.URL[strings.LastIndex(w.URL, ":"):]

	for _, host := range []string{"backend", "localhost", "foo.localhost", "hook.example"} {
		if r := post(t, client, "http://"+host+port); r.Status != 200 {
			t.Errorf("%s: got %+v", host, r)
		}
	}
}

func TestResolverFailuresAreTyped(t *testing.T) {
	t.Parallel()
	many := make(answers, 1000)
	for i := range many {
		many[i] = netip.AddrFrom4([4]byte{93, 184, byte(i >> 8), byte(i)})
	}
	for name, r := range map[string]egress.Resolver{
		"NXDOMAIN":      resolverFails(&net.DNSError{Err: "no such host", IsNotFound: true}),
		"SERVFAIL":      resolverFails(&net.DNSError{Err: "server misbehaving", IsTemporary: true, Server: "10.0.0.2:53"}),
		"timeout":       resolverFails(&net.DNSError{Err: "i/o timeout", IsTimeout: true, Server: "10.0.0.2:53"}),
		"no address":    answers{},
		"1,000 records": many,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, egress.Config{Resolver: r, Dial: neverDial(t)})

			failed(t, post(t, client, "https://hook.example/"), egress.DNS)
		})
	}
}

func resolverFails(err error) resolver {
	return func(context.Context, string) ([]netip.Addr, error) { return nil, err }
}

// An answer after 30 s.
func TestNameLookupHasItsOwnBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, egress.Config{DNSTimeout: time.Hour, Dial: neverDial(t), Resolver: resolver(
			func(ctx context.Context, _ string) ([]netip.Addr, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})})
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()

		r := client.Do(ctx, egress.Request{Target: target(t, "https://hook.example/")})

		failed(t, r, egress.DNS)
		if r.Timing.Total != 5*time.Second || r.Timing.DNS != 5*time.Second {
			t.Errorf("took %+v", r.Timing)
		}
	})
}

func TestDeadAddressesShareTheConnectBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dialled []string
		client := newClient(t, egress.Config{
			Resolver: resolvesTo("93.184.216.34", "93.184.216.35"),
			Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
				dialled = append(dialled, address)
				<-ctx.Done()
				return nil, ctx.Err()
			},
		})

		r := post(t, client, "https://hook.example/")

		failed(t, r, egress.Connect)
		if r.Timing.Total != 5*time.Second || len(dialled) != 2 {
			t.Errorf("took %+v for %v", r.Timing, dialled)
		}
	})
}

func TestRefusedConnectionsAreTyped(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	client := newClient(t, egress.Config{Policy: loopbackPolicy(t)})

	r := post(t, client, "http://"+l.Addr().String()+"/")

	failed(t, r, egress.Connect)
}

func TestNewPolicyLeavesNoConnectionBehind(t *testing.T) {
	t.Parallel()
	w := newWire(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	client := newClient(t, egress.Config{Policy: loopbackPolicy(t)})
	for range 3 {
		if r := post(t, client, w.URL); r.Status != 200 {
			t.Fatalf("got %+v", r)
		}
	}
	if n := w.Connections.Load(); n != 1 {
		t.Fatalf("%d connections for three requests", n)
	}

	client.SetPolicy(egress.Policy{})

	<-w.closed // the kept connection is closed, not only unused
	failed(t, post(t, client, w.URL), egress.Refused)
	client.SetPolicy(loopbackPolicy(t))
	if r := post(t, client, w.URL); r.Status != 200 || w.Connections.Load() != 2 {
		t.Errorf("got %+v over connection %d", r, w.Connections.Load())
	}
}

//nolint:paralleltest // the environment is the process's
func TestTheEnvironmentsProxyIsIgnored(t *testing.T) {
	proxied := make(chan string, 9)
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { proxied <- r.URL.String() }))
	defer proxy.Close()
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	dialled := make(chan string, 2)
	client := newClient(t, egress.Config{
		Policy: policy(t, egress.Options{AllowHTTP: true}), Resolver: resolvesTo("93.184.216.34"),
		Dial: func(_ context.Context, _, address string) (net.Conn, error) {
			dialled <- address
			return nil, errors.New("not in this test")
		},
	})

	post(t, client, "http://hook.example/")
	post(t, client, "https://hook.example/")

	if a, b := <-dialled, <-dialled; a != "93.184.216.34:80" || b != "93.184.216.34:443" || len(proxied) > 0 {
		t.Errorf("dialled %s and %s, %d went to the proxy", a, b, len(proxied))
	}
}
