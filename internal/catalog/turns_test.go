package catalog_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/posthorn/posthorn/internal/catalog"
)

func TestWaitingCallsOfOneApplicationHoldUpNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var turns catalog.Turns
		release, err := turns.Take(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		impatient, stop := context.WithCancel(t.Context())
		ended := make(chan error, 5)
		for range cap(ended) {
			go func() {
				_, err := turns.Take(impatient, 1)
				ended <- err
			}()
		}
		synctest.Wait()

		other, err := turns.Take(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		waiting := len(ended)
		stop()
		for range cap(ended) {
			if err := <-ended; err == nil {
				t.Error("a second call of the application went on beside the first")
			}
		}
		other()
		release()

		if waiting != 0 || turns.Taken() != 0 {
			t.Errorf("%d calls ended early, %d turns are remembered", waiting, turns.Taken())
		}
	})
}
