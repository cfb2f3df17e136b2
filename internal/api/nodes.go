package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// NodeOut is a node that is alive.
type NodeOut struct {
	ID        string    `json:"id" doc:"Tells this run of the node from all others."`
	Name      string    `json:"name" doc:"What the node is called."`
	Address   string    `json:"address" doc:"Where the node itself listens."`
	Version   string    `json:"version" doc:"Version of its program."`
	Roles     []string  `json:"roles" doc:"What it does."`
	StartedAt time.Time `json:"startedAt" doc:"When it began."`
	SeenAt    time.Time `json:"seenAt" doc:"When it last said that it is alive."`
	Queued    int       `json:"queued" doc:"Deliveries that it holds in memory."`
	InFlight  int       `json:"inFlight" doc:"Requests to endpoints that are under way there."`
	Answering bool      `json:"answering" doc:"Whether it is the one that gave this answer."`
}

// NodesOut is everybody who is alive on the database.
type NodesOut struct {
	Data []NodeOut `json:"data" doc:"The nodes, oldest first."`
}

const (
	nodesPath  = "/api/v1/nodes"
	nodesScope = hook.ScopeServer
)

func (a *API) routeNodes() {
	route(a, operation{
		id: "v1.node.list", method: http.MethodGet, path: nodesPath, scope: nodesScope,
		summary: "List the nodes", about: "A node that died is listed until its lease is over.",
	}, a.listNodes)
}

func (a *API) listNodes(ctx context.Context, _ *struct{}) (*answerOf[NodesOut], error) {
	members, err := a.Engine.Members(ctx)
	out := NodesOut{Data: make([]NodeOut, 0, len(members))}
	for _, m := range members {
		out.Data = append(out.Data, nodeOut(m))
	}
	return answered(out, err)
}

func nodeOut(m store.Member) NodeOut {
	return NodeOut{
		ID: "node_" + strconv.FormatInt(int64(m.Key), 36), Name: m.Node.Name, Address: m.Node.Address, Version: m.Node.Version,
		Roles: append([]string{}, m.Node.Roles...), StartedAt: m.StartedAt, SeenAt: m.SeenAt,
		Queued: m.Queued, InFlight: m.Wire, Answering: m.Own,
	}
}

// Aside serves what every node answers for itself, health and the list of nodes, and refuses the rest: for nodes
// that leave the API to others.
func (a *API) Aside() http.Handler {
	return a.frame(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == healthPath || r.URL.Path == healthPath+"/ping" || r.URL.Path == nodesPath {
			a.router.ServeHTTP(w, r)
			return
		}
		a.fail(w, r, fault.New(fault.Unavailable, "no_api_here", "This node does not serve the API: ask one with the role api."))
	}))
}
