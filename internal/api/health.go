package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
)

// HealthOut is how the server is.
type HealthOut struct {
	Status     string `json:"status" enum:"ok" doc:"ok if the server can keep its promise."`
	Engine     string `json:"engine" doc:"The database engine."`
	Durability string `json:"durability" doc:"The settings that make an acknowledged message survive a power cut."`
	Nodes      int    `json:"nodes" doc:"How many nodes are alive on the database; the list of nodes says more."`
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
			about: "It writes and flushes, at most once a second.", status: http.StatusOK,
		}, a.getHealth)
		route(a, operation{
			id:     "v1.health.ping." + map[string]string{http.MethodGet: "get", http.MethodHead: "head"}[method],
			method: method, path: healthPath + "/ping", summary: "Ask whether the server answers", status: http.StatusNoContent,
		}, func(context.Context, *struct{}) (*nothing, error) { return &nothing{}, nil })
	}
}

func (a *API) getHealth(ctx context.Context, _ *struct{}) (*answerOf[HealthOut], error) {
	return answered(a.findHealth(ctx))
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
		return HealthOut{}, fault.New(fault.Unavailable, "unhealthy", "The database cannot be written.").Because(err)
	}
	about, err := a.Engine.Describe(ctx)
	if err != nil {
		return HealthOut{}, err
	}
	nodes, err := a.Engine.Members(ctx)
	return HealthOut{Status: "ok", Engine: about.Engine, Durability: about.Durability, Nodes: len(nodes)}, err
}
