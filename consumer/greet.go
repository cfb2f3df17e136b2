package consumer

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/posthorn/posthorn/internal/provider"
)

// errLearned is for whoever comes second with a secret.
var errLearned = errors.New("a secret is known already, or nothing keeps one")

// greet does what a handshake asks for, and then answers it.
func (g *gate) greet(ctx context.Context, w http.ResponseWriter, c *provider.Check, reply *provider.Reply) {
	if err := g.keep(ctx, c, reply.Learned); err != nil {
		g.refuse(ctx, w, http.StatusServiceUnavailable, err)
		return
	}
	if reply.Visit != "" {
		if err := g.keys.Visit(ctx, reply.Visit, reply.Hosts); err != nil {
			g.refuse(ctx, w, http.StatusServiceUnavailable, err)
			return
		}
	}
	g.log.InfoContext(ctx, "handshake answered", "handshake", reply.Handshake)
	for name, value := range reply.Header {
		w.Header().Set(name, value)
	}
	answer(w, reply.Status, reply.ContentType, reply.Body)
}

// keep hands a secret to its keeper and uses it from then on. The judgement that let it in is about the secrets that were
// there at that time: of two at once, only one is believed.
func (g *gate) keep(ctx context.Context, c *provider.Check, s provider.Secret) error {
	if s == "" {
		return nil
	}
	g.learning.Lock()
	defer g.learning.Unlock()
	known := *g.secrets.Load()
	if g.learn == nil || !slices.Equal(known, c.Secrets) {
		return errLearned
	}
	if err := g.provider.Setup([]provider.Secret{s}, g.options); err != nil {
		return err
	}
	if err := g.learn(ctx, Secret(s)); err != nil {
		return err
	}
	now := append([]provider.Secret{s}, known...)
	g.secrets.Store(&now)
	return nil
}
