package hook_test

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

func TestTimeOutsideOf1970To9999IsNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1970-01-01T00:00:00Z": "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999999Z",
		"2030-01-01T00:00:00+02:00": "2029-12-31T22:00:00Z", "1969-12-31T23:59:59Z": "", "9999-12-31T23:59:59-01:00": "", "0001-01-01T00:00:00Z": "",
	} {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if kept := hook.TimeInRange(at); !kept.IsZero() {
			got = kept.Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	if got := hook.TimeInRange(time.Unix(1<<60, 0)); !got.IsZero() {
		t.Errorf("got %v", got)
	}
}
