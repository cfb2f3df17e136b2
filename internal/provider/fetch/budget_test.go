package fetch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/provider/fetch"
)

func starred() []string { return []string{"sns.*.example.com"} }

// forge asks for n addresses that nobody has asked for before, each on a host of its own.
func forge(t *testing.T, s *fetch.Source, from, n int) {
	t.Helper()
	for i := range n {
		text, err := s.Fetch(t.Context(), fmt.Sprintf("https://sns.r%d.example.com/%d.pem", from+i, i), starred())
		away(t, text, err)
	}
}

func TestForgersUseUpTheirPublishersBudgetOnly(t *testing.T) {
	t.Parallel()
	web := newSite(address)
	s := web.source()

	forge(t, s, 0, 1000)
	asked := len(web.calls)
	got(t, s, address, hosts())

	if asked > 20 {
		t.Errorf("%d forged addresses were asked for", asked)
	}
}

// The certificate in use is fetched again once its time is up, however many new addresses are named meanwhile.
func TestForgersDoNotStarveADocumentInUse(t *testing.T) {
	t.Parallel()
	const used = "https://sns.eu.example.com/real.pem"
	web := newSite(used)
	s := web.source()
	got(t, s, used, starred())

	for minute := range 25 {
		forge(t, s, 100*minute, 100)
		got(t, s, used, starred())
		web.wait(time.Minute)
	}

	if web.calls[used] != 3 {
		t.Errorf("asked %d times", web.calls[used])
	}
}

func TestAllPublishersTogetherAreBounded(t *testing.T) {
	t.Parallel()
	web := newSite()
	s := web.source()

	for i := range 1000 {
		host := fmt.Sprintf("h%d.example.com", i)
		text, err := s.Fetch(t.Context(), "https://"+host+"/", []string{host})
		away(t, text, err)
	}

	if len(web.calls) != 100 {
		t.Errorf("%d addresses were asked for", len(web.calls))
	}
}
