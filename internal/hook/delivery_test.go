package hook_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/retry"
)

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func sending() hook.Delivery {
	return hook.Delivery{ApplicationKey: 1, MessageKey: 2, EndpointKey: 3, State: hook.Sending}
}

func TestDeliveryEndsWithItsFirstSuccess(t *testing.T) {
	t.Parallel()

	got := sending().Settle(hook.Judge(204, 0), retry.Standard(), noon(), 0)

	if got.State != hook.Delivered || got.Attempts != 1 || !got.DueAt.IsZero() {
		t.Fatalf("got %+v", got)
	}
}

func TestDeliveryThatOnlyFailsIsTriedOnceMoreThanTheScheduleIsLong(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		waits := rapid.SliceOfN(rapid.Int64Range(0, int64(24*time.Hour)), 0, 12).Draw(t, "waits")
		chance := rapid.Float64Range(0, 0.999).Draw(t, "chance")
		schedule := make([]time.Duration, len(waits))
		for i, wait := range waits {
			schedule[i] = time.Duration(wait)
		}
		policy, err := retry.Of(schedule...)
		if err != nil {
			t.Fatal(err)
		}

		d, now, attempts := sending(), noon(), 0
		for !d.State.Ended() {
			attempts++
			next := d.Settle(hook.Judge(500, 0), policy, now, chance)
			if next.State == hook.Waiting && next.DueAt.Before(now.Add(schedule[attempts-1])) {
				t.Fatalf("attempt %d is due at %s, %s too early", attempts+1, next.DueAt, schedule[attempts-1])
			}
			d, now = next, next.DueAt
		}

		if d.State != hook.Exhausted || attempts != len(schedule)+1 || d.Attempts != attempts {
			t.Fatalf("%+v after %d attempts on a schedule of %d waits", d, attempts, len(schedule))
		}
	})
}

func TestEndpointThatIsGoneGetsNoFurtherAttempt(t *testing.T) {
	t.Parallel()

	got := sending().Settle(hook.Judge(410, 0), retry.Standard(), noon(), 0)

	if got.State != hook.Exhausted {
		t.Fatalf("got %s", got.State)
	}
}

func TestInterruptedAttemptIsRepeatedAtOnceAndDoesNotCount(t *testing.T) {
	t.Parallel()
	d := sending()
	d.Attempts, d.Trigger = 3, hook.Manual

	got := d.Settle(hook.Outcome{Kind: hook.Interrupted}, retry.Standard(), noon(), 0)

	if got.State != hook.Waiting || got.Attempts != 3 || !got.DueAt.Equal(noon()) || got.Trigger != hook.Manual {
		t.Fatalf("got %+v", got)
	}
}

func TestRedirectIsAFailure(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]hook.OutcomeKind{
		0: hook.Failed, 200: hook.Succeeded, 299: hook.Succeeded, 300: hook.Failed, 302: hook.Failed,
		408: hook.Failed, 410: hook.Gone, 429: hook.Failed, 503: hook.Failed,
	} {
		if got := hook.Judge(status, 0).Kind; got != want {
			t.Errorf("%d is judged %d, want %d", status, got, want)
		}
	}
}

func TestCancelLeavesWhatHasEnded(t *testing.T) {
	t.Parallel()
	done := sending().Settle(hook.Judge(200, 0), retry.Standard(), noon(), 0)

	if got := done.Cancel(hook.ReasonDeleted); got != done {
		t.Errorf("a delivered one became %+v", got)
	}
	if got := sending().Cancel(hook.ReasonDisabled); got.State != hook.Canceled || got.Reason != hook.ReasonDisabled {
		t.Errorf("an open one became %+v", got)
	}
}

func TestReplayOfAnEndedDeliveryIsOneManualAttempt(t *testing.T) {
	t.Parallel()
	d := sending().Settle(hook.Judge(410, 0), retry.Standard(), noon(), 0)

	replayed := d.Replay(noon())
	failed := replayed.Settle(hook.Judge(500, 0), retry.Standard(), noon(), 0)

	if replayed.State != hook.Waiting || replayed.Trigger != hook.Manual || !replayed.DueAt.Equal(noon()) {
		t.Errorf("replayed: %+v", replayed)
	}
	if failed.State != hook.Exhausted || failed.Trigger != hook.Scheduled || failed.Attempts != d.Attempts+1 {
		t.Errorf("failed again: %+v", failed)
	}
}

func TestFailedManualAttemptLeavesTheScheduleAsItWas(t *testing.T) {
	t.Parallel()
	waiting := sending().Settle(hook.Judge(500, 0), retry.Standard(), noon(), 0)

	replayed := waiting.Replay(noon())
	failed := replayed.Settle(hook.Judge(500, 0), retry.Standard(), noon(), 0)
	done := replayed.Settle(hook.Judge(200, 0), retry.Standard(), noon(), 0)

	if replayed.Trigger != hook.ManualAhead || replayed.Trigger.OfAttempt() != hook.Manual || !replayed.DueAt.Equal(noon()) {
		t.Errorf("replayed: %+v", replayed)
	}
	if failed != waiting {
		t.Errorf("failed: %+v, want %+v", failed, waiting)
	}
	if done.State != hook.Delivered || done.Trigger != hook.Scheduled {
		t.Errorf("delivered: %+v", done)
	}
}

func TestEndpointIsGivenUpAfterFiveDaysWithoutASingleSuccess(t *testing.T) {
	t.Parallel()
	start := noon()

	failing := hook.Health{}.After(hook.Failed, start)
	almost := failing.After(hook.Failed, start.Add(hook.GiveUpAfter-time.Second))
	given := almost.After(hook.Failed, start.Add(hook.GiveUpAfter))
	healed := almost.After(hook.Succeeded, start.Add(hook.GiveUpAfter))
	again := healed.After(hook.Failed, start.Add(hook.GiveUpAfter))

	if almost.Disabled != "" || given.Disabled != hook.DisabledFailing {
		t.Errorf("just before: %+v, then: %+v", almost, given)
	}
	if !healed.FailingSince.IsZero() || again.Disabled != "" {
		t.Errorf("a success did not start it over: %+v, %+v", healed, again)
	}
	if gone := (hook.Health{}).After(hook.Gone, start); gone.Disabled != hook.DisabledGone {
		t.Errorf("410 left %+v", gone)
	}
	if cut := failing.After(hook.Interrupted, start.Add(2*hook.GiveUpAfter)); cut != failing {
		t.Errorf("our own interruption counted against it: %+v", cut)
	}
}

func TestEndpointTakesWhatItSubscribedTo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		endpoint hook.Endpoint
		kind     string
		channels []string
		want     bool
	}{
		{"everything", hook.Endpoint{}, "a", []string{"x"}, true},
		{"its types", hook.Endpoint{EventTypes: []string{"a", "b"}}, "b", nil, true},
		{"not other types", hook.Endpoint{EventTypes: []string{"a"}}, "b", nil, false},
		{"its channels", hook.Endpoint{Channels: []string{"x", "y"}}, "a", []string{"z", "y"}, true},
		{"not other channels", hook.Endpoint{Channels: []string{"x"}}, "a", []string{"y"}, false},
		{"no message without its channel", hook.Endpoint{Channels: []string{"x"}}, "a", nil, false},
		{"nothing while disabled", hook.Endpoint{Disabled: true}, "a", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.endpoint.Wants(c.kind, c.channels); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestRotationKeepsTheOldKeysForTheirGrace(t *testing.T) {
	t.Parallel()
	e := hook.Endpoint{Secrets: []hook.EndpointSecret{{Sealed: []byte("one")}}}

	rotated := e.Rotate([]byte("two"), time.Hour, noon())
	during := rotated.LiveSecrets(noon().Add(59 * time.Minute))
	afterwards := rotated.LiveSecrets(noon().Add(time.Hour))
	atOnce := e.Rotate([]byte("two"), 0, noon()).LiveSecrets(noon())

	if len(during) != 2 || string(during[0].Sealed) != "two" || string(during[1].Sealed) != "one" {
		t.Errorf("during the grace: %v", during)
	}
	if len(afterwards) != 1 || len(atOnce) != 1 || string(atOnce[0].Sealed) != "two" {
		t.Errorf("after it: %v, without one: %v", afterwards, atOnce)
	}
}

func TestManyRotationsKeepABoundedNumberOfKeys(t *testing.T) {
	t.Parallel()
	e := hook.Endpoint{Secrets: []hook.EndpointSecret{{Sealed: []byte("first")}}}

	for range 50 {
		e = e.Rotate([]byte("next"), time.Hour, noon())
	}

	if got := len(e.LiveSecrets(noon())); got != 10 {
		t.Errorf("%d keys sign, want 10", got)
	}
}
