package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

// HealthOut is how the server is.
type HealthOut struct {
	Status     string `json:"status" enum:"ok" doc:"ok if the server can keep its promise."`
	Engine     string `json:"engine" doc:"The database engine."`
	Durability string `json:"durability" doc:"The settings that make an acknowledged message survive a power cut."`
	Nodes      int    `json:"nodes" doc:"How many nodes are alive on the database."`
	// Held is left out for callers who may not list the nodes.
	Held []HeldOut `json:"held,omitempty" doc:"The nodes and what each holds, oldest first, for a token of the whole server. The list of nodes says more."`
}

// HeldOut is a node in short.
type HeldOut struct {
	ID       string    `json:"id" doc:"Tells this run of the node from all others."`
	Name     string    `json:"name" doc:"What the node is called."`
	Alive    bool      `json:"alive" doc:"Whether it gave a sign of life in time. One that did not loses its work to the others in a moment."`
	SeenAt   time.Time `json:"seenAt" doc:"When it last said that it is alive."`
	Queued   int       `json:"queued" doc:"Deliveries that it holds in memory."`
	InFlight int       `json:"inFlight" doc:"Requests to endpoints that are under way there."`
}

const healthPath = "/api/v1/health"

const (
	healthAge   = time.Second     // how long a finding counts: anybody may ask, and asking writes to the disk
	examineTime = 5 * time.Second // bound on finding out
)

var errExamine = errors.New("the health check took too long")

// health remembers the last finding.
type health struct {
	mu    sync.Mutex
	at    time.Time
	found HealthOut
	err   error
}

func (a *API) routeHealth() {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		route(a, operation{
			id:     "v1.health." + map[string]string{http.MethodGet: "get", http.MethodHead: "head"}[method],
			method: method, path: healthPath, summary: "Ask whether the server can keep its promise",
			about: "It writes and flushes, at most once a second. Anybody may ask; with a token of the whole server it also says " +
				"which nodes there are and what each holds.", status: http.StatusOK,
		}, a.getHealth)
		route(a, operation{
			id:     "v1.health.ping." + map[string]string{http.MethodGet: "get", http.MethodHead: "head"}[method],
			method: method, path: healthPath + "/ping", summary: "Ask whether the server answers", status: http.StatusNoContent,
		}, func(context.Context, *struct{}) (*nothing, error) { return &nothing{}, nil })
	}
}

// visitor is anybody: who sends a token is told more.
type visitor struct {
	Authorization string `header:"Authorization" hidden:"true"`
}

func (a *API) getHealth(ctx context.Context, in *visitor) (*answerOf[HealthOut], error) {
	found, err := a.findHealth(ctx)
	if err != nil || !a.mayList(ctx, in.Authorization) {
		found.Held = nil
	}
	return answered(found, err)
}

// mayList reports whether these credentials are those of the list of nodes. Any others are as good as none here.
func (a *API) mayList(ctx context.Context, authorization string) bool {
	if authorization == "" {
		return false
	}
	who, err := a.bearer(ctx, authorization)
	return err == nil && rank(who.Scope) >= rank(nodesScope)
}

// Healthy returns what health answers with if the server cannot keep its promise, else nil.
func (a *API) Healthy(ctx context.Context) error {
	_, err := a.findHealth(ctx)
	return err
}

func (a *API) findHealth(ctx context.Context) (HealthOut, error) {
	a.health.mu.Lock()
	defer a.health.mu.Unlock()
	now := a.Clock.Now()
	if age := now.Sub(a.health.at); age < 0 || age >= healthAge {
		a.health.at = now
		a.health.found, a.health.err = a.examine(ctx, now)
	}
	return a.health.found, a.health.err
}

// examine asks the engine. The finding is for everybody who asks within healthAge, so it must not depend
// on whether the first of them hangs up.
func (a *API) examine(ctx context.Context, now time.Time) (HealthOut, error) {
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), examineTime, errExamine)
	defer cancel()
	err := a.Engine.Check(ctx, now)
	if err != nil {
		return HealthOut{}, unhealthy(err)
	}
	about, err := a.Engine.Describe(ctx)
	if err != nil {
		return HealthOut{}, err
	}
	nodes, err := a.Engine.Members(ctx)
	return HealthOut{
		Status: "ok", Engine: about.Engine, Durability: about.Durability, Nodes: len(nodes), Held: heldBy(nodes),
	}, err
}

// unhealthy says what a publish would be refused for.
func unhealthy(err error) error {
	detail := "The database cannot be written."
	var known *fault.Error
	if errors.As(err, &known) && known.Kind == fault.Unavailable {
		detail = known.Detail
	}
	return fault.New(fault.Unavailable, "unhealthy", "%s", detail).Because(err)
}

// heldBy says what each node holds. A node is compared with the one that was heard of last, since the times are the
// database's.
func heldBy(nodes []store.Member) []HeldOut {
	var newest time.Time
	for _, m := range nodes {
		if m.SeenAt.After(newest) {
			newest = m.SeenAt
		}
	}
	all := make([]HeldOut, len(nodes))
	for i, m := range nodes {
		n := nodeOut(m)
		all[i] = HeldOut{
			ID: n.ID, Name: n.Name, Alive: !m.SeenAt.Add(m.Lease).Before(newest), SeenAt: n.SeenAt, Queued: n.Queued, InFlight: n.InFlight,
		}
	}
	return all
}
