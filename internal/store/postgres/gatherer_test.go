package postgres_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/store/postgres"
)

// groups commits groups one by one, when it is let, and tells what was in each.
type groups struct {
	let  chan struct{}
	told chan []int
}

func (g groups) commit(all []int) {
	g.told <- slices.Clone(all)
	<-g.let
}

func TestSmallGroupGrowsWhereTheOneBeforeHadSeveralMembers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := groups{let: make(chan struct{}), told: make(chan []int, 8)}
		add, stop := postgres.Gather(4*time.Millisecond, g.commit)
		add(1)
		first := <-g.told
		add(2)
		add(3)
		g.let <- struct{}{}
		second := <-g.told
		add(4)
		g.let <- struct{}{}

		synctest.Wait() // it rests
		add(5)
		third := <-g.told

		if !slices.Equal(first, []int{1}) || !slices.Equal(second, []int{2, 3}) || !slices.Equal(third, []int{4, 5}) {
			t.Errorf("groups %v, %v, %v", first, second, third)
		}
		close(g.let)
		stop()
	})
}

func TestWhoWorksStepByStepIsNotSlowedDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := groups{let: make(chan struct{}), told: make(chan []int, 8)}
		close(g.let)
		add, stop := postgres.Gather(time.Hour, g.commit)
		began := time.Now()

		for n := range 3 {
			add(n)
			<-g.told
		}

		if took := time.Since(began); took >= time.Hour {
			t.Errorf("three steps took %v", took)
		}
		stop()
	})
}
