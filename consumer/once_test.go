package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/consumer"
)

var errFull = errors.New("the queue is full")

func TestRepetitionIsAnsweredAndNotTaken(t *testing.T) {
	t.Parallel()
	b := &box{}
	h := github(t, b)

	equal(t, "first", send(h, push(`{}`)).Code, http.StatusOK)
	equal(t, "again", send(h, push(`{}`)).Code, http.StatusOK)
	equal(t, "under an id that is not signed", send(h, with(push(`{}`), "X-GitHub-Delivery", "other")).Code, http.StatusOK)
	equal(t, "calls", b.called(), 1)

	equal(t, "another event", send(h, push(`{"n":2}`)).Code, http.StatusOK)
	equal(t, "calls", b.called(), 2)
}

func TestWhatIsNotTakenIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"an error":          func() error { return errFull },
		"an error for sync": func() error { return &consumer.StatusError{Status: 400, Err: errFull} },
		"a panic":           func() error { panic("bug") },
		"the end":           func() error { runtime.Goexit(); return nil },
	} {
		b := &box{do: func(_ context.Context, call int) error {
			if call == 1 {
				return fail()
			}
			return nil
		}}
		h := github(t, b)

		equal(t, name, send(h, push(`{}`)).Code, http.StatusServiceUnavailable)
		equal(t, name+": again", send(h, push(`{}`)).Code, http.StatusOK)
		equal(t, name+": once more", send(h, push(`{}`)).Code, http.StatusOK)
		equal(t, name+": calls", b.called(), 2)
	}
}

func TestSlowFunctionIsCutOffInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &box{do: func(ctx context.Context, call int) error {
			if call > 1 {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		h, began := github(t, b), time.Now()

		equal(t, "answer", send(h, push(`{}`)).Code, http.StatusServiceUnavailable)
		equal(t, "after", time.Since(began), consumer.DefaultDeadline)
		equal(t, "again", send(h, push(`{}`)).Code, http.StatusOK)
		equal(t, "calls", b.called(), 2)
	})
}

// A function that does not look at its context is answered for in time, and its work is done once.
func TestStubbornFunctionIsNotCalledTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		finish := make(chan struct{})
		b := &box{do: func(context.Context, int) error { <-finish; return nil }}
		h := github(t, b)

		equal(t, "answer", send(h, push(`{}`)).Code, http.StatusServiceUnavailable)
		equal(t, "again, while it goes on", send(h, push(`{}`)).Code, http.StatusServiceUnavailable)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		equal(t, "draining", h.Drain(ctx), context.DeadlineExceeded)
		close(finish)
		check(t, h.Drain(t.Context()))

		equal(t, "again, after it", send(h, push(`{}`)).Code, http.StatusOK)
		equal(t, "calls", b.called(), 1)
	})
}

func TestRepetitionWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first error
		calls int
	}{"that is taken": {nil, 1}, "that fails": {errFull, 2}} {
		synctest.Test(t, func(t *testing.T) {
			go1 := make(chan struct{})
			b := &box{do: func(_ context.Context, call int) error {
				if call > 1 {
					return nil
				}
				<-go1
				return c.first
			}}
			h, codes := github(t, b), make(chan int, 2)
			post := func() { codes <- send(h, push(`{}`)).Code }

			go post()
			synctest.Wait()
			go post()
			synctest.Wait()
			equal(t, name+": calls meanwhile", b.called(), 1)
			close(go1)
			first, second := <-codes, <-codes

			equal(t, name+": calls", b.called(), c.calls)
			if want := 200 + 303*(c.calls-1); first != want && second != want || first != 200 && second != 200 {
				t.Errorf("%s: answers %d and %d", name, first, second)
			}
		})
	}
}

func TestManyAtOnceAreEachTakenOnce(t *testing.T) {
	t.Parallel()
	b := &box{}
	h := github(t, b)
	var group sync.WaitGroup
	for n := range 200 {
		group.Go(func() { equal(t, "answer", send(h, push(fmt.Sprintf(`{"n":%d}`, n%20))).Code, http.StatusOK) })
	}
	group.Wait()

	equal(t, "calls", b.called(), 20)
}

func TestSenderThatHangsUpStopsNothing(t *testing.T) {
	t.Parallel()
	ctx, hangUp := context.WithCancel(t.Context())
	b := &box{do: func(ctx context.Context, _ int) error { hangUp(); return ctx.Err() }}

	send(github(t, b), push(`{}`).WithContext(ctx))

	equal(t, "taken", len(b.events), 1)
}

func TestEventGoesWhereItsTypeIsExpected(t *testing.T) {
	t.Parallel()
	route, fallback := &box{}, &box{}
	both := github(t, fallback, func(c *consumer.Config) { c.Routes = map[string]consumer.Func{"push": route.put} })
	only := github(t, route, func(c *consumer.Config) {
		c.Routes, c.Fallback = map[string]consumer.Func{"push": route.put}, nil
	})

	equal(t, "routed", send(both, push(`{"n":1}`)).Code, http.StatusOK)
	equal(t, "other", send(both, with(push(`{"n":2}`), "X-GitHub-Event", "ping")).Code, http.StatusOK)
	equal(t, "dropped", send(only, with(push(`{"n":3}`), "X-GitHub-Event", "ping")).Code, http.StatusOK)

	equal(t, "calls of the route", route.called(), 1)
	equal(t, "calls of the fallback", fallback.called(), 1)
}

func TestBatchGoesWhereOneOfItsTypesIsExpected(t *testing.T) {
	t.Parallel()
	route := &box{}
	c := build(t, consumer.Config{
		Provider: "okta", Secrets: []consumer.Secret{secret}, Routes: map[string]consumer.Func{"user.session.end": route.put},
	})

	answer := send(c, with(push(`{"data":{"events":[{"uuid":"1","eventType":"user.session.start"},{"uuid":"2","eventType":"user.session.end"}]}}`),
		"Authorization", secret))

	equal(t, "answer", answer.Code, http.StatusOK)
	equal(t, "taken", len(route.events), 1)
	equal(t, "type", route.events[0].Type, "user.session.start")
	equal(t, "types", strings.Join(route.events[0].Types, " "), "user.session.start user.session.end")
}

func TestErrorDecidesTheStatusWhenSynchronous(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{
		200: nil,
		410: fmt.Errorf("wrapped: %w", &consumer.StatusError{Status: 410, Err: errFull}),
		500: errFull,
		422: &consumer.StatusError{Status: 422, Err: errFull},
		503: context.DeadlineExceeded,
	} {
		b := &box{do: func(context.Context, int) error { return err }}
		h := github(t, b, func(c *consumer.Config) { c.Synchronous = true })

		w := send(h, push(`{}`))

		equal(t, fmt.Sprint(err), w.Code, want)
	}
	b := &box{do: func(context.Context, int) error { return &consumer.StatusError{Status: 204, Err: errFull} }}
	h := github(t, b, func(c *consumer.Config) { c.Synchronous = true })
	equal(t, "an error that claims success", send(h, push(`{}`)).Code, http.StatusInternalServerError)
}
