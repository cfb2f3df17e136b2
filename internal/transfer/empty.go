package transfer

import (
	"context"
	"errors"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// Emptiness is how a store shows that there is nothing in it.
type Emptiness interface {
	ListApplications(ctx context.Context, f store.ApplicationFilter, page store.Page[id.ID]) (store.List[hook.Application, id.ID], error)
	ListEventTypes(ctx context.Context, archived bool, page store.Page[string]) (store.List[hook.EventType, string], error)
	ListSources(ctx context.Context, application hook.Key, page store.Page[id.ID]) (store.List[hook.Source, id.ID], error)
}

// Membership is how a store shows who is at work on it. Who died is buried first.
type Membership interface {
	Bury(ctx context.Context) (int, error)
	Members(ctx context.Context) ([]store.Member, error)
}

// Agreement is where it stands in the store whether an import came to its end.
type Agreement interface {
	Agree(ctx context.Context, name string, value, former []byte) ([]byte, error)
}

// What stands in the store about imports: nothing there is a store that none has touched.
const (
	agreement = "import"
	whole     = "whole"
	half      = "half"
)

// CheckWhole refuses a store that an import has filled by halves. A store that nobody has said anything about
// is whole from now on.
func CheckWhole(ctx context.Context, s Agreement) error {
	stands, err := s.Agree(ctx, agreement, []byte(whole), nil)
	if err != nil || string(stands) == whole {
		return err
	}
	return fault.New(fault.Conflict, "import_unfinished", "An import into this database has not come to its end, so a part is missing: "+
		"wait for it if it is running; otherwise empty the database (remove the SQLite files, or drop and create the PostgreSQL database) and import again.")
}

// begin marks an empty store as filled by halves. What an import left behind that stored nothing yet does not
// stand in the way.
func begin(ctx context.Context, to Target) error {
	if err := empty(ctx, to); err != nil {
		return err
	}
	stands, err := to.Agree(ctx, agreement, []byte(half), []byte(whole))
	if err == nil && string(stands) != half {
		return fault.New(fault.Conflict, "import_refused", "The database says %q about imports, which this program does not know: use a newer one.", stands)
	}
	if err != nil {
		return err
	}
	if _, err := to.Bury(ctx); err != nil {
		return err
	}
	members, err := to.Members(ctx)
	if err != nil || len(members) == 0 {
		return err
	}
	return errors.Join(fault.New(fault.Conflict, "database_in_use", "The node %s works on the database: stop all nodes before an import, "+
		"and start them again after it.", members[0].Node.Name), finish(ctx, to))
}

func finish(ctx context.Context, to Agreement) error {
	_, err := to.Agree(ctx, agreement, []byte(whole), []byte(half))
	return err
}

func empty(ctx context.Context, to Target) error {
	applications, err := to.ListApplications(ctx, store.ApplicationFilter{}, store.Page[id.ID]{Limit: 1})
	if err != nil {
		return err
	}
	types, err := to.ListEventTypes(ctx, true, store.Page[string]{Limit: 1})
	if err != nil {
		return err
	}
	sources, err := to.ListSources(ctx, 0, store.Page[id.ID]{Limit: 1})
	if err != nil {
		return err
	}
	if len(applications.Items)+len(types.Items)+len(sources.Items) == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "database_not_empty", "The database holds applications, event types or sources already, and an import goes into an "+
		"empty one only: name another with --data or POSTHORN_DATABASE_URL, or empty this one.")
}
