package harness_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

// post sends a body to a receiver and returns the status.
func post(ctx context.Context, url, body string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	res, err := new(http.Client).Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

func TestWaitGivesTheMatchingArrivals(t *testing.T) {
	t.Parallel()
	r := harness.NewReceiver(t)

	for _, path := range []string{"/a", "/b", "/a"} {
		status, err := post(t.Context(), r.URL+path, "body of "+path)
		harness.Check(t, err)
		harness.Equal(t, "status", status, http.StatusNoContent)
	}
	got := r.Wait(t, 2, harness.To("/a"))

	harness.Equal(t, "number of matches", len(got), 2)
	harness.Equal(t, "body", string(got[1].Body), "body of /a")
	harness.Equal(t, "number of arrivals", len(r.Arrivals()), 3)
}

func TestAnswerIsGivenAfterItsDelay(t *testing.T) {
	t.Parallel()
	r := harness.NewReceiver(t)
	r.Answer(func(harness.Arrival) harness.Answer {
		return harness.Answer{Status: http.StatusTeapot, Delay: time.Millisecond}
	})

	status, err := post(t.Context(), r.URL, "")

	harness.Check(t, err)
	harness.Equal(t, "status", status, http.StatusTeapot)
}

func TestHangingAnswerEndsWithTheSender(t *testing.T) {
	t.Parallel()
	r := harness.NewReceiver(t)
	r.Answer(func(harness.Arrival) harness.Answer { return harness.Answer{Hang: true} })
	ctx, giveUp := context.WithCancel(t.Context())
	ended := make(chan error, 1)

	go func() {
		_, err := post(ctx, r.URL, "")
		ended <- err
	}()
	r.Wait(t, 1, harness.Any)
	giveUp()

	if err := <-ended; err == nil {
		t.Error("a hanging receiver has answered")
	}
}
