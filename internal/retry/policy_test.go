package retry_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/retry"
)

func TestStandardScheduleIsTheOneOfTheSpecification(t *testing.T) {
	t.Parallel()

	got := retry.Standard().String()

	if want := "5s,5m0s,30m0s,2h0m0s,5h0m0s,10h0m0s,14h0m0s,20h0m0s,24h0m0s"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestWaitIsWrittenAsSettingsAre(t *testing.T) {
	t.Parallel()
	for want, wait := range map[string]time.Duration{
		"7d": retry.MaxWait, "1d": 24 * time.Hour, "36h": 36 * time.Hour, "1h30m": 90 * time.Minute, "30m": 30 * time.Minute, "10m": 10 * time.Minute,
		"5s": 5 * time.Second, "1m30s": 90 * time.Second, "1h0m10s": time.Hour + 10*time.Second, "500ms": 500 * time.Millisecond, "0s": 0, "-24h": -24 * time.Hour,
	} {
		if got := retry.Text(wait); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestWaitIsWithinAFifthAboveTheScheduleAndEndsWithIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		waits := rapid.SliceOfN(rapid.Int64Range(0, int64(retry.MaxWait)), 0, retry.MaxSteps).Draw(t, "waits")
		chance := rapid.Float64Range(0, 0.999).Draw(t, "chance")
		schedule := make([]time.Duration, len(waits))
		for i, wait := range waits {
			schedule[i] = time.Duration(wait)
		}
		policy, err := retry.Of(schedule...)
		if err != nil {
			t.Fatal(err)
		}

		for failed := 1; failed <= len(schedule); failed++ {
			wait, more := policy.Wait(failed, chance, 0)
			low := schedule[failed-1]
			if !more || wait < low || wait > low+low/5+1 {
				t.Fatalf("after %d failures: %s (more: %t), the schedule says %s", failed, wait, more, low)
			}
		}
		if _, more := policy.Wait(len(schedule)+1, chance, 0); more {
			t.Fatal("the schedule did not end")
		}
	})
}

func TestRetryAfterStretchesTheWaitUpToADay(t *testing.T) {
	t.Parallel()
	policy := retry.Standard()

	shorter, _ := policy.Wait(2, 0, time.Second)
	longer, _ := policy.Wait(1, 0, time.Hour)
	absurd, _ := policy.Wait(1, 0, 1000*time.Hour)

	if shorter != 5*time.Minute || longer != time.Hour || absurd != retry.MaxRetryAfter {
		t.Fatalf("got %s, %s, %s", shorter, longer, absurd)
	}
}

func TestScheduleThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"soon", "5", "-1s", "200h", "1s;2s"} {
		if _, err := retry.Parse(text, time.ParseDuration); err == nil {
			t.Errorf("%q was taken for a schedule", text)
		}
	}
}
