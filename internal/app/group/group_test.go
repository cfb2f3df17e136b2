package group_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posthorn/posthorn/internal/app/group"
)

// diary notes what services do.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) want(t *testing.T, lines ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.lines, lines) {
		t.Errorf("got  %q\nwant %q", d.lines, lines)
	}
}

// plain is a service that runs until its context ends, or fails.
type plain struct {
	name  string
	diary *diary
	fails error
	never bool // gets ready
	ready chan struct{}
}

func (d *diary) plain(name string) *plain {
	return &plain{name: name, diary: d, ready: make(chan struct{})}
}

func (p *plain) Ready() <-chan struct{} { return p.ready }

func (p *plain) Run(ctx context.Context) error {
	if !p.never {
		p.diary.note(p.name + " starts")
		close(p.ready)
	}
	if p.fails != nil {
		return p.fails
	}
	<-ctx.Done()
	p.diary.note(p.name + " ends")
	return ctx.Err()
}

// slow takes its time to end.
type slow struct {
	*plain
	work time.Duration
}

func (s *slow) Run(ctx context.Context) error {
	s.diary.note(s.name + " starts")
	close(s.ready)
	<-ctx.Done()
	<-time.After(s.work)
	s.diary.note(s.name + " ends")
	return nil
}

// drainer finishes its work within a while of Stop.
type drainer struct {
	*plain
	stop chan struct{}
	work time.Duration
}

func (d *diary) drainer(name string, work time.Duration) *drainer {
	return &drainer{plain: d.plain(name), stop: make(chan struct{}), work: work}
}

func (d *drainer) Stop() { close(d.stop) }

func (d *drainer) Run(ctx context.Context) error {
	d.diary.note(d.name + " starts")
	close(d.ready)
	<-d.stop
	select {
	case <-ctx.Done():
		d.diary.note(d.name + " cut off")
	case <-time.After(d.work):
		d.diary.note(d.name + " finished")
	}
	return nil
}

func run(ctx context.Context, ready func(), services ...group.Service) error {
	named := make([]group.Named, 0, len(services))
	for _, service := range services {
		named = append(named, group.Named{Name: "service", Service: service})
	}
	return group.Run(ctx, group.Options{Log: slog.New(slog.DiscardHandler), Drain: 10 * time.Second, Ready: ready}, named...)
}

func TestServicesStartInOrderAndStopInReverse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		ctx, cancel := context.WithCancel(t.Context())

		err := run(ctx, cancel, d.plain("store"), d.drainer("engine", time.Second), d.plain("server"))

		if err != nil {
			t.Error(err)
		}
		d.want(t, "store starts", "engine starts", "server starts", "server ends", "engine finished", "store ends")
	})
}

func TestDrainingSharesOneDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		ctx, cancel := context.WithCancel(t.Context())
		begun := time.Now()

		err := run(ctx, cancel, d.drainer("quick", 5*time.Second), d.drainer("slow", time.Hour))

		if took := time.Since(begun); err != nil || took != 10*time.Second {
			t.Errorf("it took %s: %v", took, err)
		}
		d.want(t, "quick starts", "slow starts", "slow cut off", "quick cut off")
	})
}

func TestServiceThatTakesLongIsNamedAndWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		ctx, cancel := context.WithCancel(t.Context())
		log := &strings.Builder{}

		err := group.Run(ctx, group.Options{Log: slog.New(slog.NewTextHandler(log, nil)), Drain: time.Second, Ready: cancel},
			group.Named{Name: "store", Service: d.plain("store")},
			group.Named{Name: "engine", Service: &slow{plain: d.plain("engine"), work: time.Minute}})

		if err != nil || !strings.Contains(log.String(), "still stopping\" service=engine") {
			t.Errorf("%v, log %s", err, log)
		}
		d.want(t, "store starts", "engine starts", "engine ends", "store ends")
	})
}

func TestServiceThatFailsEndsTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		broken := d.plain("broken")
		broken.fails = errors.New("no more")

		err := run(t.Context(), nil, d.plain("store"), broken)

		if !errors.Is(err, broken.fails) {
			t.Errorf("got %v", err)
		}
		d.want(t, "store starts", "broken starts", "store ends")
	})
}

func TestServiceThatFailsToGetReadyKeepsLaterOnesFromStarting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		broken := d.plain("broken")
		broken.fails, broken.never = errors.New("port in use"), true

		err := run(t.Context(), func() { t.Error("it was called ready") }, d.plain("store"), broken, d.plain("late"))

		if err == nil || !strings.Contains(err.Error(), "service: port in use") {
			t.Errorf("got %v", err)
		}
		d.want(t, "store starts", "store ends")
	})
}

func TestSignalDuringTheStartStopsWhatHasStarted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		stuck := d.plain("stuck")
		stuck.never = true
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()

		err := run(ctx, func() { t.Error("it was called ready") }, d.plain("store"), stuck)

		if err != nil {
			t.Error(err)
		}
		d.want(t, "store starts", "stuck ends", "store ends")
	})
}
