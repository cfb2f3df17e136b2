package receive

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
)

// visitTimeout bounds how long the sender of a handshake waits for us to visit its confirmation.
const visitTimeout = 10 * time.Second

// greet does what a handshake asks for and answers it. What cannot be done now is refused, so that it is asked again.
func (s *Service) greet(ctx context.Context, d *Door, r *Request, reply *provider.Reply) (Answer, error) {
	now := s.config.Clock.Now()
	if !reply.Learned.Blank() {
		if err := s.Learner.Learn(ctx, d.source.Key, reply.Learned); err != nil {
			return Answer{}, s.refuse(d, r, s.notLearned(err), now)
		}
		s.config.Log.InfoContext(ctx, "a provider told its secret", "source", id.Inbound.Text(d.source.ID), "handshake", reply.Handshake)
	}
	if reply.Visit != "" {
		if err := s.visit(ctx, reply); err != nil {
			s.config.Log.WarnContext(ctx, "a confirmation could not be visited", "source", id.Inbound.Text(d.source.ID), "error", err)
			return Answer{}, s.refuse(d, r, unavailable("visit_failed", "The address that confirms the subscription could not be visited."), now)
		}
	}
	a := Answer{Status: reply.Status, Header: reply.Header, Body: reply.Body}
	if len(a.Body) > 0 {
		a.ContentType = safeType(reply.ContentType)
	}
	return a, nil
}

// notLearned tells a second provider, who comes when there is a secret already, from a database that is away.
func (s *Service) notLearned(err error) *Refusal {
	if fault.KindOf(err) == fault.Conflict {
		return refusalOf(provider.Refuse(provider.BadChallenge, "handshake"))
	}
	return s.later()
}

func (s *Service) visit(ctx context.Context, reply *provider.Reply) error {
	if s.Visitor == nil {
		return fault.New(fault.Unsupported, "no_visits", "This server visits no confirmations.")
	}
	ctx, cancel := context.WithTimeout(ctx, visitTimeout)
	defer cancel()
	return s.Visitor.Visit(ctx, reply.Visit, reply.Hosts)
}
