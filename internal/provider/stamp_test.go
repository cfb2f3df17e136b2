package provider_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// timed signs the time alone.
func timed(s provider.Stamp) provider.Provider {
	s.From = provider.Header("X-Time")
	return of(provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Sig"), Stamp: s, Signed: []provider.Piece{provider.Timestamp()}})
}

func TestWindowIsClosedOnBothSides(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		age       time.Duration
		tolerance time.Duration
		want      provider.Reason
	}{
		{5 * time.Minute, 0, ""}, {301 * time.Second, 0, provider.TooOld}, {-5 * time.Minute, 0, ""}, {-301 * time.Second, 0, provider.TooNew},
		{time.Hour, 2 * time.Hour, ""}, {-time.Hour, 2 * time.Hour, provider.TooNew}, {61 * time.Second, time.Minute, provider.TooOld},
		{-61 * time.Second, time.Minute, provider.TooNew},
	} {
		stamp := strconv.FormatInt(noon().Add(-c.age).Unix(), 10)
		_, err := timed(provider.Stamp{Tolerance: c.tolerance}).Judge(t.Context(), check("", "X-Time", stamp, "X-Sig", sum(stamp)))
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", c.age, err)
		}
		if c.want != "" {
			refused(t, c.age.String(), err, c.want)
		}
	}
}

// A request whose time lies ahead stays fresh for longer.
func TestLifetimeEndsWhenTheRequestIsTooOld(t *testing.T) {
	t.Parallel()

	for tolerance, want := range map[time.Duration]time.Duration{0: 10 * time.Minute, time.Minute: 2 * time.Minute, 96 * time.Hour: 96*time.Hour + 5*time.Minute} {
		f, err := timed(provider.Stamp{Tolerance: tolerance}).FactsOf(nil)
		if err != nil || f.Lifetime() != want {
			t.Errorf("a tolerance of %s: %s, %v", tolerance, f.Lifetime(), err)
		}
	}
	if got := (provider.Facts{}).Lifetime(); got != 0 {
		t.Errorf("without a time: %s", got)
	}
}

func TestTimesAreReadInTheirUnit(t *testing.T) {
	t.Parallel()

	for unit, stamp := range map[provider.Unit]string{
		provider.Seconds: "1772366400", provider.Milliseconds: "1772366400000", provider.RFC3339: "2026-03-01T13:00:00.123456789+01:00",
	} {
		got, err := timed(provider.Stamp{Unit: unit}).Judge(t.Context(), check("", "X-Time", stamp, "X-Sig", sum(stamp)))
		if err != nil || got.Stamp.Sub(noon()).Abs() > time.Second {
			t.Errorf("%s: %v, %v", stamp, got.Stamp, err)
		}
	}
}

func TestTimeOfAnEventIsReadOrLeftOut(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]string{
		`{"at":1772366400}`: "2026-03-01T12:00:00Z", `{"at":1772366400.5}`: "2026-03-01T12:00:00.5Z", `{"at":"x"}`: "", `{}`: "", `{"at":1e300}`: "", `{"at":-1}`: "",
		`{"at":253402300800}`: "1978-01-11T21:31:40.8Z", `{"at":999999999999999}`: "", `{"at":"9999-12-31T23:59:59-01:00"}`: "", `{"at":"1969-12-31T23:59:59Z"}`: "",
		`{"at":"9999-12-31T23:59:59Z"}`: "9999-12-31T23:59:59Z",
	} {
		p := of(provider.Nothing{})
		p.Time = provider.Moment{From: provider.JSONPath("at")}
		if strings.Contains(body, "-") {
			p.Time.Unit = provider.RFC3339
		}
		c := check(body)
		c.Secrets = nil
		got, err := p.Judge(t.Context(), c)
		told := ""
		if !got.Time.IsZero() {
			told = got.Time.Format(time.RFC3339Nano)
		}
		if err != nil || told != want {
			t.Errorf("%s: %q, %v", body, told, err)
		}
	}
}
