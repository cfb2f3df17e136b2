package forward_test

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/bench/forward"
	"github.com/posthorn/posthorn/internal/bench/process"
	"github.com/posthorn/posthorn/internal/bench/sink"
	"github.com/posthorn/posthorn/internal/clock"
)

func TestSignatureIsTheOneOfTheStandardWebhooksLibraries(t *testing.T) {
	t.Parallel()
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}

	got := forward.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))

	// The worked example of the test suites of the reference libraries.
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Fatalf("signature %s, want %s", got, want)
	}
	if !forward.Verifier(secret)("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,x "+got, []byte(`{"test": 2432232314}`)) {
		t.Fatal("does not verify its own signature")
	}
}

func TestForwarderSendsEveryPublishToEveryTargetSigned(t *testing.T) {
	t.Parallel()
	secret := []byte("a secret")
	s, err := sink.Listen(t.Context(), sink.Options{
		Elapsed: func() time.Duration { return 0 }, HangFrom: 3, Verify: forward.Verifier(secret),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	address := run(t, forward.Options{Target: s.Base(), Targets: 3, Secret: secret, Workers: 2})

	for range 5 {
		publish(t, address)
	}

	for s.Received() < 15 && t.Context().Err() == nil {
		<-time.After(time.Millisecond)
	}
	if s.Unsigned() != 0 {
		t.Fatalf("%d requests do not verify", s.Unsigned())
	}
}

func run(t *testing.T, o forward.Options) string {
	t.Helper()
	address, err := process.FreeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.Listen, o.Clock = address, clock.Clock{}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- forward.Run(ctx, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return address
}

// publish publishes once the forwarder listens.
func publish(t *testing.T, address string) {
	t.Helper()
	url := "http://" + address + "/api/v1/app/app_x/msg"
	for t.Context().Err() == nil {
		body := strings.NewReader(`{"eventType":"a.b","payload":{"n":1}}`)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusAccepted {
			t.Fatalf("status %d: %s", answer.StatusCode, text)
		}
		return
	}
}
