package svix

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// Target is what a takeover asks of a store.
type Target interface {
	store.Applications
	store.Endpoints
	store.EventTypes
}

// Takeover is what it takes to take over. What the store has already, by id or by name, is left as it is, so that
// running it again goes on where it stopped; with Update it becomes what the source says.
type Takeover struct {
	From     Source
	To       Target
	Vault    directory.Vault
	Policy   egress.Policy // says where endpoints may point
	Update   bool
	Now      time.Time
	Progress func(Report) // called after every page; may be nil
}

// Counts are numbers of things of one kind.
type Counts struct{ Created, Updated, Kept int }

// Leftover is something that could not be taken over, or not as a whole.
type Leftover struct {
	What string // such as "endpoint ep_... of app_..."
	Why  string // a sentence
}

// Report says what became of everything.
type Report struct {
	EventTypes, Applications, Endpoints Counts
	Left                                []Leftover
}

// Run takes everything over. Its error is about the source or the store as a whole; what is wrong with a single
// thing is in the report.
func (t Takeover) Run(ctx context.Context) (Report, error) {
	r := &run{Takeover: t}
	err := walk(ctx, r, t.From.EventTypes, func(page []EventType) error {
		for _, e := range page {
			if err := r.eventType(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = walk(ctx, r, t.From.Applications, func(page []Application) error {
			for _, a := range page {
				if err := r.application(ctx, a); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return r.report, err
}

// run is a takeover under way.
type run struct {
	Takeover
	report Report
}

// walk hands the pages of a list to take.
func walk[T any](ctx context.Context, r *run, list func(context.Context, string) (Page[T], error), take func([]T) error) error {
	for iterator := ""; ; {
		page, err := list(ctx, iterator)
		if err != nil {
			return err
		}
		if err := take(page.Data); err != nil {
			return err
		}
		if r.Progress != nil {
			r.Progress(r.report)
		}
		if page.Done || page.Iterator == "" || page.Iterator == iterator {
			return nil
		}
		iterator = page.Iterator
	}
}

// left notes what could not be taken over because of a fault in it, and returns what else went wrong.
func (r *run) left(what string, err error) error {
	var theirs *fault.Error
	if !errors.As(err, &theirs) || theirs.Kind != fault.Invalid && theirs.Kind != fault.Conflict {
		return err
	}
	r.note(what, theirs.Detail)
	return nil
}

func (r *run) note(what, why string) { r.report.Left = append(r.report.Left, Leftover{what, why}) }

func (r *run) eventType(ctx context.Context, e EventType) error {
	made, err := e.noun(r.Now)
	if err == nil {
		err = put(r.Update, &r.report.EventTypes,
			func() error { _, err := r.To.EventType(ctx, e.Name); return err },
			func() error { _, err := r.To.CreateEventType(ctx, made); return err },
			func() error {
				_, err := r.To.UpdateEventType(ctx, e.Name, func(old *hook.EventType) error {
					made.Enforced, made.CreatedAt = old.Enforced, old.CreatedAt
					*old = made
					return nil
				})
				return err
			})
	}
	return r.left("event type "+e.Name, err)
}

// put looks whether a thing is there and creates, updates or keeps it.
func put(overwrite bool, counts *Counts, look, create, update func() error) error {
	err := look()
	switch {
	case fault.KindOf(err) == fault.NotFound:
		if err = create(); err == nil {
			counts.Created++
		}
	case err != nil:
	case overwrite:
		if err = update(); err == nil {
			counts.Updated++
		}
	default:
		counts.Kept++
	}
	return err
}

func (r *run) application(ctx context.Context, a Application) error {
	made, err := a.noun(r.Now)
	if err == nil {
		ref := store.Ref{ID: made.ID}
		err = put(r.Update, &r.report.Applications,
			func() (err error) {
				found, err := r.To.Application(ctx, ref)
				if err == nil {
					made.Key = found.Key
				}
				return err
			},
			func() (err error) { made, err = r.To.CreateApplication(ctx, made); return err },
			func() error {
				_, err := r.To.UpdateApplication(ctx, ref, func(old *hook.Application) error {
					made.Key, made.CreatedAt = old.Key, old.CreatedAt
					*old = made
					return nil
				})
				return err
			})
	}
	if err != nil {
		return r.left(fmt.Sprintf("application %s and its endpoints", a.ID), err)
	}
	list := func(ctx context.Context, iterator string) (Page[Endpoint], error) {
		return r.From.Endpoints(ctx, a.ID, iterator)
	}
	return walk(ctx, r, list, func(page []Endpoint) error { return r.endpoints(ctx, made, page) })
}

// atOnce is how many endpoints' secrets are asked for at a time.
const atOnce = 8

// endpoints takes a page of an application's endpoints over.
func (r *run) endpoints(ctx context.Context, of hook.Application, page []Endpoint) error {
	all := make([]furnished, len(page))
	group, inside := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, e := range page {
		f := &all[i]
		if f.endpoint, f.problem = e.noun(of.Key, r.Now); f.problem == nil {
			group.Go(func() error { return r.furnish(inside, of, e, f) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, e := range page {
		what := fmt.Sprintf("endpoint %s of %s", e.ID, id.Application.Text(of.ID))
		if err := r.left(what, r.endpoint(ctx, what, &all[i])); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) endpoint(ctx context.Context, what string, f *furnished) error {
	if f.problem != nil {
		return f.problem
	}
	e, ref := f.endpoint, store.Ref{ID: f.endpoint.ID}
	err := put(r.Update, &r.report.Endpoints,
		func() error {
			if f.exists {
				return nil
			}
			return fault.Missing("endpoint")
		},
		func() error { _, err := r.To.CreateEndpoint(ctx, e); return err },
		func() error {
			_, err := r.To.UpdateEndpoint(ctx, e.ApplicationKey, ref, func(old *hook.Endpoint) error {
				e.Key, e.CreatedAt = old.Key, old.CreatedAt
				*old = e
				return nil
			})
			return err
		})
	if err == nil && f.hidden != "" {
		r.note(what, "It was taken over, but the source does not show the values of its headers "+f.hidden+": set them again.")
	}
	return err
}
