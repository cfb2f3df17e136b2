package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
)

const (
	// maxAge is how long a verdict may be believed. Revocation must bite within five seconds on every
	// node; two leave room for a slow lookup.
	maxAge = 2 * time.Second
	// maxRecent bounds the verdicts in memory. The cache evicts what is asked for least, so a flood of
	// made-up credentials does not push out those in use.
	maxRecent = 10_000
	// lookupTimeout is how long the store may take to answer before a caller is turned away.
	lookupTimeout = 5 * time.Second
)

// verdict is what was found out about a credential. Its zero value is "opens nothing".
type verdict struct {
	known    bool
	identity Identity
	until    time.Time // when the credential expires; zero never
}

// recent remembers verdicts for a moment, so that a busy caller does not cost a read per request.
// Callers that ask for the same credential at once share one read.
type recent struct {
	cache *otter.Cache[[sha256.Size]byte, verdict]
	clock clock.Clock
}

func newRecent(c clock.Clock) *recent {
	r := &recent{clock: c}
	r.cache = otter.Must(&otter.Options[[sha256.Size]byte, verdict]{
		MaximumSize: maxRecent,
		Clock:       ticklessClock{clock: c},
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[[sha256.Size]byte, verdict]) time.Duration {
			return r.age(e.Value)
		}),
		Logger: &otter.NoopLogger{},
	})
	return r
}

// age returns how long v may be believed: never past the end of the credential.
func (r *recent) age(v verdict) time.Duration {
	if v.until.IsZero() {
		return maxAge
	}
	return min(maxAge, max(v.until.Sub(r.clock.Now()), 1))
}

// get returns the verdict on hash from memory or from judge. The read does not end with the first
// caller's context, since others may wait for it too.
func (r *recent) get(ctx context.Context, hash [sha256.Size]byte, judge func(context.Context) (verdict, error)) (verdict, error) {
	load := func(ctx context.Context, _ [sha256.Size]byte) (verdict, error) {
		ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), lookupTimeout, errors.New("token lookup timed out"))
		defer cancel()
		return judge(ctx)
	}
	v, err := r.cache.Get(ctx, hash, otter.LoaderFunc[[sha256.Size]byte, verdict](load))
	if err != nil && fault.KindOf(err) == fault.Internal {
		err = fault.New(fault.Unavailable, "authentication_unavailable", "Tokens cannot be checked now; try again.").Because(err)
	}
	return v, err
}

// forget drops everything, after a token was revoked.
func (r *recent) forget() { r.cache.InvalidateAll() }

// ForgetRecent makes every credential be looked up anew, because another node made or revoked one.
func (s *Service) ForgetRecent() { s.recent.forget() }

// ticklessClock is a clock for the cache: steps of the wall clock do not move it, and without ticks the
// cache starts no goroutine.
type ticklessClock struct {
	clock clock.Clock
}

func (c ticklessClock) NowNano() int64                      { return int64(c.clock.Steady()) }
func (c ticklessClock) Tick(time.Duration) <-chan time.Time { return nil }
