package receive_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/receive"
)

const flood = 1_000

// forged returns a request that proves nothing.
func forged(address string) *receive.Request {
	return with(signed(`{}`), func(r *receive.Request) { r.Body, r.Remote = []byte("x"), netip.MustParseAddr(address) })
}

// good returns a request that proves something.
func good(address string) *receive.Request {
	return with(signed(`{}`), func(r *receive.Request) { r.Remote = netip.MustParseAddr(address) })
}

func TestAddressThatOnlyForgesIsNotReadForAWhile(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	for range flood {
		_, _ = in.send(forged("203.0.113.9"))
	}

	_, same := in.send(forged("203.0.113.9"))
	_, other := in.send(forged("203.0.113.10"))
	in.Flush(t.Context())
	_, later := in.send(forged("203.0.113.9"))

	if cause(same) != "address_limit" || cause(other) != "no_match" || cause(later) != "no_match" {
		t.Errorf("got %v, %v and %v", same, other, later)
	}
	if n := in.memory.counts["address_limit"]; n != 1 {
		t.Errorf("the owner of the source is told of %d", n)
	}
}

func TestWhatIsForgedAtOneSourceShutsNobodyOutOfAnother(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.add(t, "another-source-of-another-tenant")
	for i := range flood + 1 {
		_, _ = in.send(forged("203.0.113.9"))
		_, _ = in.send(with(forged("203.0.113.9"), func(r *receive.Request) { r.Key = fmt.Sprint("guess", i) }))
	}

	_, guess := in.send(with(forged("203.0.113.9"), func(r *receive.Request) { r.Key = "guess" }))
	_, other := in.send(with(good("203.0.113.9"), func(r *receive.Request) { r.Key = "another-source-of-another-tenant" }))

	if cause(guess) != "address_limit" || other != nil {
		t.Errorf("got %v and %v", guess, other)
	}
}

func TestWhoeverSentSomethingGoodIsNotShutOutForAnHour(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	attack := func() error {
		in.Flush(t.Context())
		for range flood {
			_, _ = in.send(forged("203.0.113.9"))
		}
		_, err := in.send(good("203.0.113.9"))
		return err
	}
	_, before := in.send(good("203.0.113.9"))
	in.pass(59 * time.Minute)

	during := attack()
	in.pass(2 * time.Hour)
	after := attack()

	if before != nil || during != nil || cause(after) != "address_limit" {
		t.Errorf("got %v, %v and %v", before, during, after)
	}
}

func TestAnythingThatIsTheSendersFaultCountsAgainstIt(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*receive.Request){
		"another method": func(r *receive.Request) { r.Method = "DELETE" },
		"too large":      func(r *receive.Request) { r.Length = 1 << 30 },
		"compressed":     func(r *receive.Request) { r.Header["Content-Encoding"] = []string{"br"} },
	} {
		in := newIntake(t)
		for range flood {
			_, _ = in.send(with(good("203.0.113.9"), change))
		}

		if _, err := in.send(good("203.0.113.9")); cause(err) != "address_limit" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
