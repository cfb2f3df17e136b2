package auth_test

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
)

const jwtSecret = "0f8f3b0d1c2e4a5968778695a4b3c2d1e0f1a2b3"

// desk is a service on tokens in memory, with a clock that a test moves.
type desk struct {
	*auth.Service
	tokens *tokens
	now    *moment
}

func newDesk(t *testing.T) desk {
	t.Helper()
	d := desk{tokens: &tokens{}, now: &moment{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}}
	d.Service = d.node(t)
	return d
}

// node returns another process on the same tokens.
func (d desk) node(t *testing.T) *auth.Service {
	t.Helper()
	s, err := auth.New(auth.Config{
		Tokens: d.tokens, Applications: applications{}, IDs: id.NewSource(rand.Reader), Random: rand.Reader,
		Clock: clock.Func(d.now.read), JWTSecret: secret.Text(jwtSecret), JWTOrganization: svixOrganization,
	})
	check(t, err)
	return s
}

func (d desk) create(t *testing.T, o auth.Order) (string, hook.Token) {
	t.Helper()
	if o.Scope == "" {
		o.Scope = hook.ScopeServer
	}
	if o.Name == "" {
		o.Name = "ci"
	}
	text, token, err := d.Create(t.Context(), o)
	check(t, err)
	return text, token
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// opens fails the test unless the bearer is known to s.
func opens(t *testing.T, s *auth.Service, bearer string) auth.Identity {
	t.Helper()
	who, err := s.Authenticate(t.Context(), bearer)
	check(t, err)
	return who
}

// refused fails the test unless s turns the bearer away as unauthenticated.
func refused(t *testing.T, s *auth.Service, bearer, why string) {
	t.Helper()
	_, err := s.Authenticate(t.Context(), bearer)
	if fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("%s: got %v, want unauthenticated", why, err)
	}
}

type moment struct {
	mu sync.Mutex
	at time.Time
}

func (m *moment) read() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

func (m *moment) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}

// tokens keeps tokens in memory and counts what it is asked, which a database would not tell.
type tokens struct {
	mu    sync.Mutex
	rows  []hook.Token
	reads int
	fail  error
}

func (k *tokens) CreateToken(_ context.Context, token hook.Token) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rows = append(k.rows, token)
	return nil
}

func (k *tokens) TokenByHash(_ context.Context, hash [32]byte) (hook.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reads++
	if k.fail != nil {
		return hook.Token{}, k.fail
	}
	at := slices.IndexFunc(k.rows, func(row hook.Token) bool { return row.Hash == hash })
	if at < 0 {
		return hook.Token{}, fault.Missing("token")
	}
	return k.rows[at], nil
}

func (k *tokens) RevokeToken(_ context.Context, token id.ID, now time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := slices.IndexFunc(k.rows, func(row hook.Token) bool { return row.ID == token })
	if at < 0 {
		return fault.Missing("token")
	}
	if k.rows[at].RevokedAt.IsZero() {
		k.rows[at].RevokedAt = now
	}
	return nil
}

func (k *tokens) Tokens(context.Context) ([]hook.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.rows[max(len(k.rows)-10_000, 0):]), nil
}

func (k *tokens) ServerTokens(context.Context) ([]hook.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(k.rows), func(row hook.Token) bool {
		return row.Scope != hook.ScopeServer || !row.RevokedAt.IsZero()
	}), nil
}

// applications holds one application: key 7, see knownApplication.
type applications struct{ store.Applications }

func knownApplication() id.ID { return id.ID{0: 1, 19: 7} }

func (applications) Application(_ context.Context, ref store.Ref) (hook.Application, error) {
	if ref.ID != knownApplication() {
		return hook.Application{}, fault.Missing("application")
	}
	return hook.Application{Key: 7, ID: ref.ID}, nil
}

func (applications) ApplicationByKey(_ context.Context, key hook.Key) (hook.Application, error) {
	if key != 7 {
		return hook.Application{}, fault.Missing("application")
	}
	return hook.Application{Key: key, ID: knownApplication()}, nil
}
