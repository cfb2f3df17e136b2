package receive_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/receive"
	"github.com/posthorn/posthorn/internal/store"
)

// patient is a provider whose requests are taken for four days, as PayPal's are.
func patient() provider.Provider {
	return provider.Provider{Name: "patient", Scheme: provider.HMAC{
		Hash: provider.SHA256, Signature: provider.Header("X-Hub-Signature-256"), Prefix: "sha256=",
		Stamp: provider.Stamp{From: provider.JSONPath("time"), Tolerance: 96 * time.Hour},
	}}
}

// watched is a memory that says how long the last webhook is remembered.
type watched struct {
	*memory
	until time.Time
}

func (w *watched) Receive(ctx context.Context, a store.Arrival) (store.Arrived, error) {
	w.until = a.SameUntil
	return w.memory.Receive(ctx, a)
}

// remembered returns how long a webhook is remembered by a source with its own window, zero for none.
func remembered(t *testing.T, name string, own time.Duration, r *receive.Request) time.Duration {
	t.Helper()
	in := newIntake(t, func(s *hook.Source) { s.Provider, s.Rules.Dedupe.Window = name, own })
	w := &watched{memory: in.memory}
	in.Service = receive.New(receive.Parts{
		Store: w, Providers: provider.NewCatalog(append(all.Catalog().All(), patient())...), Vault: in.vault, Publisher: in.press, Learner: in, IDs: in.ids,
	}, receive.Config{Workers: 1, Queue: 1, Clock: clock.Func(in.time)})
	_, err := in.send(r)
	check(t, err)
	return w.until.Sub(noon())
}

// What is forgotten before it is too old could be sent once more and be taken for something new.
func TestNothingIsForgottenBeforeItIsTooOld(t *testing.T) {
	t.Parallel()
	dated := signed(fmt.Sprintf(`{"time":%d}`, noon().Unix()))
	const ahead = 5 * time.Minute // that a sender's clock may be

	for _, c := range []struct {
		provider  string
		own, want time.Duration
		request   *receive.Request
	}{
		{"patient", 0, 96*time.Hour + ahead, dated},
		{"patient", time.Hour, 96*time.Hour + ahead, dated},
		{"patient", 200 * time.Hour, 200 * time.Hour, dated},
		{"slack", 0, provider.DefaultWindow, slackSigned(`{}`)},
		{"slack", time.Second, 5*time.Minute + ahead, slackSigned(`{}`)},
	} {
		if got := remembered(t, c.provider, c.own, c.request); got != c.want {
			t.Errorf("%s with a window of %s: remembered for %s, want %s", c.provider, c.own, got, c.want)
		}
	}
}

// GitHub repeats nothing by itself, and two of its events may be alike to the last byte.
func TestWhoNeverRepeatsIsRememberedBriefly(t *testing.T) {
	t.Parallel()

	for own, want := range map[time.Duration]time.Duration{0: time.Hour, time.Minute: time.Minute, 24 * time.Hour: 24 * time.Hour} {
		if got := remembered(t, "github", own, signed(`{}`)); got != want {
			t.Errorf("with a window of %s: remembered for %s, want %s", own, got, want)
		}
	}
}
