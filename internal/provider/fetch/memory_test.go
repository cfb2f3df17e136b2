package fetch_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestFailureIsRememberedForAWhile(t *testing.T) {
	t.Parallel()
	for status, quiet := range map[int]time.Duration{
		-1: 10 * time.Second, 500: 10 * time.Second, 429: 10 * time.Second, 408: 10 * time.Second, 302: 10 * time.Second,
		404: 30 * time.Second, 410: 30 * time.Second, 403: 30 * time.Second,
	} {
		web := newSite()
		web.status[address] = status
		s := web.source()

		for _, step := range []struct {
			wait time.Duration
			want int
		}{{0, 1}, {quiet - 1, 1}, {1, 2}} {
			web.wait(step.wait)
			text, err := s.Fetch(t.Context(), address, hosts())
			away(t, text, err)
			if web.calls[address] != step.want {
				t.Errorf("%d: asked %d times, want %d", status, web.calls[address], step.want)
			}
		}
	}
}

func TestFailureIsForgottenOnceThereIsADocument(t *testing.T) {
	t.Parallel()
	web := newSite()
	s := web.source()
	_, err := s.Fetch(t.Context(), address, hosts())
	away(t, nil, err)

	web.status[address] = http.StatusOK
	web.wait(30 * time.Second)
	got(t, s, address, hosts())

	if _, err := s.Renew(t.Context(), address, hosts()); err != nil {
		t.Error(err)
	}
}

func TestOldDocumentHelpsForAnHourWhileItsPublisherIsAway(t *testing.T) {
	t.Parallel()
	web := newSite(address)
	s := web.source()
	got(t, s, address, hosts())
	web.status[address] = http.StatusBadGateway

	for range 5 {
		web.wait(10 * time.Minute)
		got(t, s, address, hosts())
	}
	web.wait(10*time.Minute - 1)
	got(t, s, address, hosts())
	web.wait(1)
	text, err := s.Fetch(t.Context(), address, hosts())

	away(t, text, err)
	if calls := web.calls[address]; calls < 6 || calls > 8 {
		t.Errorf("asked %d times", calls)
	}
}

func TestWithdrawnDocumentIsBelievedNoLonger(t *testing.T) {
	t.Parallel()
	web := newSite(address)
	s := web.source()
	got(t, s, address, hosts())
	web.status[address] = http.StatusNotFound
	web.wait(10 * time.Minute)

	for _, later := range []int{http.StatusNotFound, http.StatusBadGateway} {
		web.status[address] = later
		text, err := s.Fetch(t.Context(), address, hosts())
		away(t, text, err)
		web.wait(31 * time.Second)
	}
}

func TestDocumentIsNotKeptLongerWhenTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	web := newSite(address)
	s := web.source()
	got(t, s, address, hosts())

	web.wait(-24 * time.Hour)
	got(t, s, address, hosts())

	if web.calls[address] != 2 {
		t.Errorf("asked %d times", web.calls[address])
	}
}

func TestOneDocumentIsNotTakenForMany(t *testing.T) {
	t.Parallel()
	web := newSite(address)
	s := web.source()

	for _, variant := range []string{address, "https://KEYS.example.com/set.json", "HTTPS://keys.example.com:443/set.json", "https://keys.example.com:/set.json"} {
		if text, err := s.Fetch(t.Context(), variant, hosts()); err != nil || string(text) != address {
			t.Errorf("%s: %q, %v", variant, text, err)
		}
	}

	if web.calls[address] != 1 {
		t.Errorf("asked %d times", web.calls[address])
	}
}

// What was fetched for one provider is not handed out to another whose hosts do not include it.
func TestMemoryDoesNotOpenForeignHosts(t *testing.T) {
	t.Parallel()
	web := newSite(address)
	s := web.source()
	got(t, s, address, hosts())

	for _, get := range []func() ([]byte, error){
		func() ([]byte, error) { return s.Fetch(t.Context(), address, []string{"other.example"}) },
		func() ([]byte, error) { return s.Renew(t.Context(), address, []string{"other.example"}) },
	} {
		if text, err := get(); text != nil || err == nil {
			t.Errorf("%q, %v", text, err)
		}
	}
}

func TestDocumentInUseStaysWhenOthersMakeRoom(t *testing.T) {
	t.Parallel()
	web := newSite(address)
	s := web.source()
	got(t, s, address, hosts())

	for i := range 100 {
		other := fmt.Sprintf("https://keys.example.com/%d.json", i)
		web.status[other] = http.StatusOK
		got(t, s, other, hosts())
		got(t, s, address, hosts())
		web.wait(time.Second)
	}
	first, last := "https://keys.example.com/0.json", "https://keys.example.com/99.json"
	got(t, s, first, hosts())
	got(t, s, last, hosts())

	if web.calls[address] != 1 || web.calls[first] != 2 || web.calls[last] != 1 {
		t.Errorf("asked %d, %d, %d times", web.calls[address], web.calls[first], web.calls[last])
	}
}

func TestDocumentIsRenewedOnceAMinute(t *testing.T) {
	t.Parallel()
	web := newSite(address)
	s := web.source()
	got(t, s, address, hosts())

	for i, step := range []struct {
		wait time.Duration
		want int
	}{{0, 1}, {time.Minute - 1, 1}, {1, 2}, {30 * time.Second, 2}, {30 * time.Second, 3}} {
		web.wait(step.wait)
		if text, err := s.Renew(t.Context(), address, hosts()); err != nil || string(text) != address {
			t.Errorf("%q, %v", text, err)
		}
		if web.calls[address] != step.want {
			t.Errorf("step %d: asked %d times, want %d", i, web.calls[address], step.want)
		}
	}
}

func TestFailedRenewalCostsOneRequestAMinuteAndNotTheDocument(t *testing.T) {
	t.Parallel()
	web := newSite(address)
	s := web.source()
	got(t, s, address, hosts())
	web.status[address] = http.StatusBadGateway
	web.wait(time.Minute)

	for range 4 {
		text, err := s.Renew(t.Context(), address, hosts())
		away(t, text, err)
		got(t, s, address, hosts())
		web.wait(14 * time.Second)
	}

	if web.calls[address] != 2 {
		t.Errorf("asked %d times", web.calls[address])
	}
}
