package cluster_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
	"github.com/posthorn/posthorn/test/pg"
)

// A server that is cut off while it waits for its standby says "committed" of what it has alone. Its end would take
// what was acknowledged by then.
func TestNothingIsAcknowledgedThatTheStandbyDoesNotHave(t *testing.T) {
	t.Parallel()
	pair, receiver := pg.NewPair(t), harness.NewReceiver(t)
	pair.Primary.Create(t, "posthorn")
	n := start(t, node{name: "alone", database: pair.URL("posthorn")})
	s := n.all[0]
	app := "/api/v1/app/" + create(t, s, "/api/v1/app", object{"name": "Acme"})
	create(t, s, app+"/endpoint", object{"url": receiver.URL})
	publish := func(key string, within time.Duration) int {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		defer cancel()
		request := s.Request(t, http.MethodPost, app+"/msg", object{"eventType": "some", "payload": object{}}).WithContext(ctx)
		request.Header.Set("Idempotency-Key", key)
		response, err := s.Client().Do(request)
		if err != nil {
			return 0
		}
		_ = response.Body.Close()
		return response.StatusCode
	}

	harness.Equal(t, "status with a standby", publish("first", harness.Patience), http.StatusAccepted)
	receiver.Wait(t, 1, harness.Any)

	pair.Standby.Stop(t)
	early := publish("second", 20*time.Second) // longer than the patience of any exchange, and until it is ended
	sent := len(receiver.Arrivals()) - 1
	pair.Standby.Start(t)
	harness.Eventually(t, "it is acknowledged", func() bool { return publish("second", 5*time.Second) == http.StatusAccepted })

	if early == http.StatusAccepted || sent > 0 {
		t.Errorf("status %d, %d requests sent while there was no standby", early, sent)
	}
	receiver.Wait(t, 2, harness.Any)
}
