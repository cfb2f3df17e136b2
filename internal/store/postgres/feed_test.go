package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/store"
)

func TestWhoFollowsThroughANetworkThatGoesSilentWhileItBeginsTriesAgain(t *testing.T) {
	t.Parallel()
	s := open(t, throughAt(t, "LISTEN", fresh(t), func(times int64) (int, bool) { return mute, times == 1 }))
	told := make(chan store.Change, 1)
	ctx, stop := context.WithTimeout(t.Context(), 15*time.Second)
	defer stop()
	var following sync.WaitGroup
	defer following.Wait()
	following.Go(func() {
		s.Follow(ctx, func(c store.Change) {
			if c.Kind == store.AnythingChanged {
				told <- c
				stop()
			}
		})
	})

	select {
	case <-told:
	case <-ctx.Done():
		if len(told) == 0 {
			t.Error("it still waits for the first connection")
		}
	}
}

func TestWhoCannotFollowForgetsWhatItKnowsAsLongAsThatLasts(t *testing.T) {
	t.Parallel()
	s := open(t, throughAt(t, "LISTEN", fresh(t), func(int64) (int, bool) { return lost, true }))
	ctx, stop := context.WithTimeout(t.Context(), 15*time.Second)
	defer stop()
	told := map[store.ChangeKind]int{}

	s.Follow(ctx, func(c store.Change) {
		if told[c.Kind]++; told[store.AnythingChanged] == 3 {
			stop()
		}
	})

	if told[store.AnythingChanged] < 3 {
		t.Errorf("it was told %d times that anything may have changed, want once in a while", told[store.AnythingChanged])
	}
	if told[store.Looking] == 0 || told[store.Looked] > 0 {
		t.Errorf("it began to look %d times and has looked %d times", told[store.Looking], told[store.Looked])
	}
}

func TestAChangeThatIsCommittedAMinuteLateIsTold(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	s, db := open(t, database), raw(t, database)
	insert := func(name, age string) {
		_, err := db.ExecContext(t.Context(), `INSERT INTO change (kind, application, endpoint, name, at) VALUES (
			3, 0, 0, $1, (extract(epoch FROM clock_timestamp() - $2::interval) * 1000000)::bigint)`, name, age)
		check(t, err)
	}
	insert("early", "0s")
	ctx, stop := context.WithTimeout(t.Context(), 15*time.Second)
	defer stop()
	told := map[string]int{}

	s.Follow(ctx, func(c store.Change) {
		switch told[c.Name]++; c.Name {
		case "early":
			insert("late", "1m")
		case "late":
			stop()
		}
	})

	if told["late"] != 1 || told["early"] != 1 {
		t.Errorf("told were %v", told)
	}
}
