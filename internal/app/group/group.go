// Package group runs the services of a process: it starts them in order, and stops them in reverse
// under one deadline, so that what others stand on goes last. It knows nothing about what they do.
package group

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Service is something that runs until it is stopped.
type Service interface {
	// Run works until ctx ends and returns only when everything it started has ended. It is called
	// once. Being told to end is no error.
	Run(ctx context.Context) error
	// Ready returns a channel that is closed once the service can do its work.
	Ready() <-chan struct{}
}

// Stopper is a service that can be told to finish before it is told to end.
type Stopper interface {
	Service
	// Stop makes Run take no new work, finish what is under way and return. It does not wait, and may
	// be called at any time after Run was. A context that ends cuts the work short.
	Stop()
}

// Named is a service with the name it has in the log.
type Named struct {
	Name    string
	Service Service
}

// Options are what a group may be told.
type Options struct {
	Log   *slog.Logger
	Drain time.Duration // for all services together to finish what is under way
	Ready func()        // called once all services are ready; nil for nothing
}

// Run starts services in order, each once the one before it is ready, and returns when all have ended:
// because ctx ended, which drains them and gives nil, or because one of them ended by itself, which
// ends the others and gives its error.
func Run(ctx context.Context, o Options, services ...Named) error {
	m := &manager{Options: o, ended: make(chan *member, len(services))}
	cause := m.startAll(ctx, services)
	if cause == nil {
		if o.Ready != nil && ctx.Err() == nil { // a start that was cut short is not ready
			o.Ready()
		}
		cause = m.wait(ctx)
	}
	return errors.Join(cause, m.stopAll(context.WithoutCancel(ctx)))
}

// manager is one call of Run.
type manager struct {
	Options
	running []*member
	ended   chan *member
}

// member is a service that was started.
type member struct {
	Named
	cancel context.CancelFunc
	done   chan struct{} // closed when Run has returned
	err    error         // what it returned; read after done
}

func (m *manager) startAll(ctx context.Context, services []Named) error {
	for _, named := range services {
		s := m.start(context.WithoutCancel(ctx), named)
		select {
		case <-named.Service.Ready():
			m.Log.DebugContext(ctx, "service is ready", "service", named.Name)
		case <-s.done:
			return s.failure()
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// start runs a service under a context that only the group ends, so that a signal drains it instead of
// cutting it short.
func (m *manager) start(ctx context.Context, named Named) *member {
	ctx, cancel := context.WithCancel(ctx)
	s := &member{Named: named, cancel: cancel, done: make(chan struct{})}
	m.running = append(m.running, s)
	go func() {
		s.err = s.Service.Run(ctx)
		close(s.done)
		m.ended <- s
	}()
	return s
}

// wait returns nil when ctx ends, or the failure of a service that ended by itself.
func (m *manager) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		m.Log.InfoContext(ctx, "stopping", "drain", m.Drain)
		return nil
	case s := <-m.ended:
		return s.failure()
	}
}

// failure is the error of a service that ended without being told to.
func (s *member) failure() error {
	if s.err != nil {
		return fmt.Errorf("%s: %w", s.Name, s.err)
	}
	return fmt.Errorf("%s ended by itself", s.Name)
}

// stopAll ends the services in reverse and returns what went wrong in those that were told to end.
func (m *manager) stopAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.Drain)
	defer cancel()
	var problems []error
	for _, s := range slices.Backward(m.running) {
		select {
		case <-s.done:
			continue // reported already, or ended while another was stopped
		default:
		}
		m.stop(ctx, s)
		if s.err != nil && !errors.Is(s.err, context.Canceled) {
			problems = append(problems, fmt.Errorf("stop %s: %w", s.Name, s.err))
		}
	}
	return errors.Join(problems...)
}

// stop ends one service: no new work first, if it knows how, and when time is up at once. It waits
// however long that takes: what a service started may not outlive the group.
func (m *manager) stop(ctx context.Context, s *member) {
	if stopper, ok := s.Service.(Stopper); ok {
		stopper.Stop()
		m.await(ctx, s, "a service did not finish in time; what is under way is cut off")
	}
	s.cancel()
	m.await(ctx, s, "a service is still stopping")
	<-s.done
}

// await waits for a service until time is up.
func (m *manager) await(ctx context.Context, s *member, late string) {
	select {
	case <-s.done:
	case <-ctx.Done():
		m.Log.WarnContext(ctx, late, "service", s.Name) //nolint:sloglint // one of the two sentences above
	}
}
