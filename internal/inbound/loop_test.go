package inbound_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/receive"
)

func TestWhatGoesRoundIsRefusedAndItsOwnerIsTold(t *testing.T) {
	t.Parallel()
	e := newEdge(t, nil)
	source, address := e.github(t)
	statuses := map[string]int{}
	for _, sent := range []string{"1", "7", "8", "x"} {
		r := request(t, http.MethodPost, address, `{"n":"`+sent+`"}`)
		r.Header.Set("Posthorn-Sent", sent)

		answer, body := do(t, r)

		statuses[sent] = answer.status
		if answer.status == http.StatusLoopDetected && !strings.Contains(body, `"code":"loop_detected"`) {
			t.Errorf("got %s", body)
		}
	}
	e.service.Flush(t.Context())

	counts, samples, err := e.db.Refusals(t.Context(), source.Key, clock.Clock{}.Now().Add(-2*time.Hour))
	check(t, err)
	if statuses["1"] != 200 || statuses["7"] != 200 || statuses["8"] != http.StatusLoopDetected || statuses["x"] != http.StatusLoopDetected {
		t.Errorf("got %v", statuses)
	}
	if len(counts) != 1 || counts[0].Cause != receive.CauseLoop || counts[0].Count != 2 || len(samples) != 2 || samples[0].Headers["Posthorn-Sent"] == nil {
		t.Errorf("counted %v, kept %v", counts, samples)
	}
	if got := e.received(t, source); len(got) != 2 || got[0].Headers["Posthorn-Sent"][0] != "7" {
		t.Errorf("stored %v", got)
	}
}
