package bench_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/bench"
	"github.com/posthorn/posthorn/internal/fault"
)

func TestReceivedIsHeldAgainstWhatIsStored(t *testing.T) {
	t.Parallel()
	for _, provider := range bench.Providers() {
		f := &fakeInbox{}
		c := inboxed(t, f)
		c.Provider = provider

		report, err := bench.Receive(t.Context(), c, quietly())

		got := report.Received
		if err != nil || got.Acknowledged != 300 || got.Stored != 300 || got.Lost != 0 || got.Duplicated != 0 || got.ReceivedPerSecond <= 0 {
			t.Errorf("%s: %+v, %v", provider, got, err)
		}
		if f := report.Forged; f == nil || f.Refused != 300 || f.Counted != 300 || f.Stored != 0 || f.RefusedPerSecond <= 0 {
			t.Errorf("%s: %+v", provider, f)
		}
		if !slices.Equal(f.deleted, []string{"src_1"}) {
			t.Errorf("deleted %v", f.deleted)
		}
	}
}

func TestWebhooksLostAndStoredTwiceAreFound(t *testing.T) {
	t.Parallel()
	f := &fakeInbox{lose: 100, double: 70}
	c := inboxed(t, f)
	c.NoForged = true

	report, err := bench.Receive(t.Context(), c, quietly())

	if fault.CodeOf(err) != "messages_lost" || report.Received.Lost != 3 || report.Received.Duplicated != 4 || f.deleted != nil {
		t.Errorf("%+v, %v, deleted %v", report.Received, err, f.deleted)
	}
	if report.Forged != nil {
		t.Errorf("%+v", report.Forged)
	}
}

func TestForgedWebhooksThatAreKeptAreFound(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]*fakeInbox{"stored": {gullible: true}, "taken": {trusting: true}} {
		_, err := bench.Receive(t.Context(), inboxed(t, f), quietly())

		if fault.CodeOf(err) != "forgery_taken" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReceiveReportIsATableOrJSON(t *testing.T) {
	t.Parallel()
	var table, text bytes.Buffer
	c := inboxed(t, &fakeInbox{})

	_, err := bench.Receive(t.Context(), c, bench.Streams{Out: &table, Err: &bytes.Buffer{}})
	c.JSON = true
	_, other := bench.Receive(t.Context(), c, bench.Streams{Out: &text, Err: &bytes.Buffer{}})

	var report bench.ReceiveReport
	if err != nil || other != nil || json.Unmarshal(text.Bytes(), &report) != nil || report.Settings.PayloadBytes != 1024 || report.Settings.Provider != "github" {
		t.Errorf("errors %v and %v in %s", err, other, &text)
	}
	for _, part := range []string{"received per second", "forged: refused per second", "payload of 1,024 bytes", "signed as by github"} {
		if !strings.Contains(table.String(), part) {
			t.Errorf("does not say %q:\n%s", part, &table)
		}
	}
}

func TestProviderThatCannotBeSignedIsRefused(t *testing.T) {
	t.Parallel()

	_, err := bench.Receive(t.Context(), bench.Config{Provider: "paypal"}, quietly())

	if fault.CodeOf(err) != "unknown_provider" || !strings.Contains(err.Error(), "github") {
		t.Errorf("got %v", err)
	}
}
