package egress_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
)

func TestCheckHeadersRefuses(t *testing.T) {
	t.Parallel()
	rows := []map[string]string{
		{"Host": "x"}, {"host": "x"}, {"Content-Length": "1"}, {"Transfer-Encoding": "chunked"}, {"Connection": "close"},
		{"Keep-Alive": "x"}, {"TE": "trailers"}, {"Trailer": "x"}, {"Upgrade": "h2c"}, {"Expect": "100-continue"}, {"Proxy-Authorization": "x"},
		{"webhook-id": "x"}, {"Webhook-Signature": "x"}, {"SVIX-ID": "x"}, {"Posthorn-Hop": "x"}, {"Content-Type": "text/plain"},
		{"Content-Encoding": "gzip"}, {"Accept-Encoding": "gzip"}, {"X-Forwarded-For": "127.0.0.1"},
		{"Authorization": "hunter2\r\nHost: evil"}, {"X": "hunter2\x00"}, {"X": "hunter2\n"}, {"X": "hunter2é"}, {"X": " hunter2"},
		{"": "x"}, {"X Y": "x"}, {"X:Y": "x"}, {"Xé": "x"}, {"X\r\nY": "x"}, {strings.Repeat("x", 129): "x"}, {"X": strings.Repeat("hunter2", 1000)},
		{"X-A": "1", "x-a": "2"},
	}
	for _, h := range rows {
		refusedHeaders(t, h)
	}
}

func refusedHeaders(t *testing.T, h map[string]string) {
	t.Helper()
	err := egress.CheckHeaders(h)
	if fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%.60v: got %v, want an Invalid fault without the value", h, err)
	}
}

func TestCheckHeadersIsBounded(t *testing.T) {
	t.Parallel()
	many, large := map[string]string{}, map[string]string{}
	for i := range 100 {
		many["X-"+strconv.Itoa(i)] = strings.Repeat("a", 8<<10)
	}
	for i := range 10 {
		large["X-"+strconv.Itoa(i)] = strings.Repeat("a", 4<<10)
	}
	refusedHeaders(t, many)
	refusedHeaders(t, large)
}

func TestCheckHeadersAcceptsWhatReceiversAskFor(t *testing.T) {
	t.Parallel()
	h := map[string]string{"Authorization": "Bearer abc.def", "X-Api-Key": "k", "User-Agent": "acme/1", "Idempotency-Key": "1", "Cookie": "a=b", "X-Empty": "", "X_y!": "a\tb"}
	if err := egress.CheckHeaders(h); err != nil {
		t.Error(err)
	}
}

func TestRetryAfterReadsSecondsAndDates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	type row struct {
		wait time.Duration
		ok   bool
	}
	for text, want := range map[string]row{
		"120":                           {2 * time.Minute, true},
		" 5 ":                           {5 * time.Second, true},
		"0":                             {0, true},
		"86401":                         {24 * time.Hour, true},
		"99999999999999999999":          {24 * time.Hour, true},
		"Fri, 02 Jan 2026 03:05:05 GMT": {time.Minute, true},
		"Fri, 02 Jan 2026 03:00:00 GMT": {0, true},
		"Fri, 02 Jan 2099 03:00:00 GMT": {24 * time.Hour, true},
		"":                              {},
		"-1":                            {},
		"+5":                            {},
		"1.5":                           {},
		"5, 6":                          {},
		"1e3":                           {},
		"soon":                          {},
	} {
		wait, ok := egress.RetryAfter(http.Header{"Retry-After": {text}}, now)
		if (row{wait, ok}) != want {
			t.Errorf("%q: got %v, %v", text, wait, ok)
		}
	}
	if _, ok := egress.RetryAfter(http.Header{"Retry-After": {"1", "2"}}, now); ok {
		t.Error("two values were read as one")
	}
	if _, ok := egress.RetryAfter(nil, now); ok {
		t.Error("no value was read as one")
	}
}
