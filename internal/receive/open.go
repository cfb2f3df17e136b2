package receive

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
)

// Open finds the source that a request is for and looks at everything that can be judged before the body is read.
// Its error is a Refusal. A nil Door with one means that there is no such source.
func (s *Service) Open(ctx context.Context, r *Request) (*Door, error) {
	now := s.config.Clock.Now()
	if s.strangers.many(r.Remote, 0, now) && !s.table.knows(r.Key) {
		return nil, tooManyRefused()
	}
	d, err := s.table.find(ctx, r.Key, now)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		s.strangers.note(r.Remote, 0)
		return nil, unknown()
	case err != nil:
		if missed, ok := s.warnings.Pass("look up", s.config.Clock.Steady()); ok {
			s.config.Log.WarnContext(ctx, "looking up a source failed", "error", err, "not_logged", missed)
		}
		return nil, s.later()
	case s.strangers.many(r.Remote, d.source.Key, now):
		return d, s.refuse(d, r, tooManyRefused(), now)
	}
	if refusal := d.judgeHead(r); refusal != nil {
		return d, s.refuse(d, r, refusal, now)
	}
	return d, nil
}

func tooManyRefused() *Refusal {
	return &Refusal{
		Kind: fault.Limited, Cause: CauseStranger, Wait: flushEvery, Detail: "Too many requests from this address were refused; come again later.",
	}
}

// TooLarge notes that a body was longer than the source takes, and returns the refusal.
func (s *Service) TooLarge(d *Door, r *Request) error {
	return s.refuse(d, r, tooLarge(), s.config.Clock.Now())
}

// MalformedCompression counts a body that is not compressed in the way that its Content-Encoding says, and returns the
// refusal.
func (s *Service) MalformedCompression(d *Door, r *Request) error {
	return s.refuse(d, r, malformedCompression(), s.config.Clock.Now())
}

// later is the refusal of what would be taken if the database were there.
func (s *Service) later() *Refusal {
	return unavailable("unavailable", "")
}

// refuse counts a refusal and returns it. What is not the sender's fault is not held against it.
func (s *Service) refuse(d *Door, r *Request, refusal *Refusal, now time.Time) *Refusal {
	if refusal.Kind != fault.Unavailable && refusal.Kind != fault.Limited {
		s.strangers.note(r.Remote, d.source.Key)
	}
	s.refused.Add(1)
	s.tally.note(d, r, refusal, now, s.IDs)
	return refusal
}

func (d *Door) judgeHead(r *Request) *Refusal {
	switch {
	case d.source.Disabled:
		refusal := unknown()
		refusal.Cause, refusal.owner = CauseDisabled, "The source is disabled."
		return refusal
	case d.broken != nil:
		return d.broken
	case !mayComeIn(r.Header):
		return goesRound()
	case !slices.Contains(d.methods, r.Method):
		return d.wrongMethod()
	case !decodable(r.Header["Content-Encoding"]):
		return &Refusal{Kind: fault.Unsupported, Cause: CauseEncoding, Detail: "Send the body without a content encoding, or with gzip."}
	case r.Length > d.maxBody:
		return tooLarge()
	}
	return nil
}

// judgeRate keeps to the source's limit. It comes after the proof, so that forged requests use nothing of it up.
func (d *Door) judgeRate(now time.Time) *Refusal {
	if d.rate == nil || d.rate.AllowN(now, 1) {
		return nil
	}
	return &Refusal{Kind: fault.Limited, Cause: CauseRate, Wait: time.Second, Detail: "This source takes fewer requests a second; come again later."}
}

func (d *Door) wrongMethod() *Refusal {
	return &Refusal{
		Kind: fault.Unsupported, Cause: string(provider.WrongMethod), Allow: d.methods, Detail: "This source does not take this method.",
	}
}

// decodable reports whether the content encoding of a body is one that the edge decodes. Everything here sees the decoded
// body: the receivers that providers are made for let their web server or framework decode it, so that is what signatures
// cover.
func decodable(encodings []string) bool {
	if len(encodings) == 0 {
		return true
	}
	names := []string{"", "identity", "gzip", "x-gzip"}
	return len(encodings) == 1 && slices.Contains(names, strings.ToLower(strings.TrimSpace(encodings[0])))
}
