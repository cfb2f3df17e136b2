package app

import (
	"os"
	"time"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/node"
	"github.com/posthorn/posthorn/internal/store"
)

// grace is how much longer a lease is than the longest request. A node that dies is missed after both.
const grace = 15 * time.Second

// newRun describes the run that is about to begin.
func (b *base) newRun() store.Run {
	return store.Run{
		Key: hook.Key(b.ids.Key()), Window: b.limits().Window, Lease: b.config.AttemptTimeout + grace,
		Node: store.Node{
			Name: b.nodeName(), Address: reachable(addrPort(b.listener)), Version: Version(),
			Roles: b.config.Roles, Identity: b.identity,
		},
	}
}

func (b *base) nodeName() string {
	if b.config.NodeName != "" {
		return b.config.NodeName
	}
	name, err := os.Hostname()
	if err != nil {
		return "unnamed"
	}
	return name
}

// join makes this run one of those on the database.
func (p *parts) join(run store.Run, begun time.Time) {
	p.node = node.New(node.Config{
		Store: p.store, Run: run, Attempt: p.config.AttemptTimeout, Clock: p.Clock, Log: p.Log,
		Held: p.held, Heard: p.heard, Counted: p.counted,
	}, begun)
	p.lease.node.Store(p.node)
}

// held says what this run has in its hands.
func (p *parts) held() store.Held {
	n := p.engine.Numbers()
	return store.Held{Queued: n.Queued, Wire: n.Workers}
}

// counted shares what endpoints may get among those who deliver, and what sources may send among those who receive.
func (p *parts) counted(members []store.Member) {
	p.engine.Among(with(members, config.RoleDeliver))
	p.receiver.Among(with(members, config.RoleReceive))
}

// with counts the members that have a role.
func with(members []store.Member, role string) (n int) {
	for _, m := range members {
		if config.Roles(m.Node.Roles).Has(role) {
			n++
		}
	}
	return n
}

// heard makes what is kept in memory follow a change of any run.
func (p *parts) heard(c store.Change) {
	switch c.Kind {
	case store.ApplicationChanged:
		p.directory.ApplicationChanged(c.Application) // tells the receiver too
	case store.SourceChanged:
		p.receiver.ApplicationChanged(c.Application)
	case store.EndpointChanged:
		p.directory.EndpointChanged(c.Application, c.Endpoint)
	case store.EventTypeChanged:
		p.directory.EventTypeChanged(c.Name)
		p.types.Forget(c.Name)
	case store.TokensChanged:
		p.auth.ForgetRecent()
	case store.WorkArrived, store.MembersChanged:
		p.engine.LookAgain()
	case store.AnythingChanged:
		p.directory.AnythingChanged()
		p.types.Forget("")
		p.receiver.AnythingChanged()
		p.auth.ForgetRecent()
		p.engine.LookAgain()
	}
}
