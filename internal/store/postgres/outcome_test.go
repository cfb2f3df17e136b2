package postgres_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
)

// How a proxy treats a commit that it is to cut.
const (
	passed   = iota // the server gets it, and the client never hears of it
	lost            // the server never gets it, and sees that the client is gone
	swallow         // the server never gets it, and hears nothing more
	mute            // the server gets it, and the client hears nothing more
	variants = swallow
)

// proxy stands between a store and its database and cuts connections in the middle of a commit.
type proxy struct {
	t        *testing.T
	to       string
	listener net.Listener
	word     string // that is cut at
	cut      func(commit int64) (variant int, yes bool)
	commits  atomic.Int64
	copying  sync.WaitGroup
	mu       sync.Mutex
	held     []net.Conn
}

// through returns the URL of a proxy in front of the database.
func through(t *testing.T, database string, cut func(int64) (int, bool)) string {
	t.Helper()
	return throughAt(t, "COMMIT\x00", database, cut)
}

// throughAt is through for another word than that of a commit.
func throughAt(t *testing.T, word, database string, cut func(int64) (int, bool)) string {
	t.Helper()
	u, err := url.Parse(database)
	check(t, err)
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	p := &proxy{t: t, to: u.Host, listener: l, word: word, cut: cut}
	p.copying.Go(p.serve)
	t.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		for _, conn := range p.held {
			_ = conn.Close()
		}
		p.mu.Unlock()
		p.copying.Wait()
	})
	u.Host = l.Addr().String()
	more := u.Query()
	more.Set("default_query_exec_mode", "cache_describe") // so that the word is in every commit
	u.RawQuery = more.Encode()
	return u.String()
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		var dialer net.Dialer
		server, err := dialer.DialContext(p.t.Context(), "tcp", p.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.held = append(p.held, client, server)
		p.mu.Unlock()
		answers := &mutable{Conn: client}
		p.copying.Go(func() { _, _ = io.Copy(answers, server); _ = client.Close() })
		p.copying.Go(func() { p.forward(answers, server) })
	}
}

// mutable is a connection that can be made to swallow what is written to it.
type mutable struct {
	net.Conn
	muted atomic.Bool
}

func (m *mutable) Write(b []byte) (int, error) {
	if m.muted.Load() {
		return len(b), nil
	}
	return m.Conn.Write(b)
}

func (p *proxy) forward(client *mutable, server net.Conn) {
	chunk := make([]byte, 64<<10)
	for {
		n, err := client.Read(chunk)
		if n > 0 && bytes.Contains(chunk[:n], []byte(p.word)) {
			if variant, yes := p.cut(p.commits.Add(1)); yes {
				p.break_(variant, client, server, chunk[:n])
				return
			}
		}
		if _, failed := server.Write(chunk[:n]); err != nil || failed != nil {
			_ = server.Close()
			return
		}
	}
}

func (p *proxy) break_(variant int, client *mutable, server net.Conn, commit []byte) {
	if variant == mute {
		client.muted.Store(true)
		_, _ = server.Write(commit)
		return
	}
	_ = client.Close()
	if variant == passed {
		_, _ = server.Write(commit)
	}
	if variant != swallow {
		_ = server.Close()
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// some cuts every third exchange in which the word is, in turns with one that the server gets and one that it does
// not. A new connection says it twice the first time, so that in between a commit goes well.
func some(commit int64) (int, bool) { return int(commit/3) % variants, commit%3 == 0 }

func TestWhatWasAcknowledgedIsThereAndWhatIsThereWasHandedOnWhenCommitsAreCut(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	s := open(t, through(t, database, some))
	a, ids := application(t, s), newIDs()
	var mu sync.Mutex
	acknowledged, handedOn, refused := map[hook.Key]bool{}, map[hook.Key]int{}, 0

	var publishers sync.WaitGroup
	for range 8 {
		publishers.Go(func() {
			for range 20 {
				p := publication(a, ids)
				p.Committed = func(m hook.Message) { mu.Lock(); handedOn[m.Key]++; mu.Unlock() }
				receipt, err := s.Publish(t.Context(), p)
				mu.Lock()
				if err == nil {
					acknowledged[receipt.Message.Key] = true
				} else if refused++; fault.KindOf(err) != fault.Unavailable {
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	publishers.Wait()

	if len(acknowledged) == 0 || refused == 0 {
		t.Fatalf("%d were acknowledged and %d refused: nothing was tried", len(acknowledged), refused)
	}
	stored := map[hook.Key]bool{}
	for _, key := range keys(t, database, "SELECT key FROM message") {
		stored[key] = true
	}
	for key := range acknowledged {
		if !stored[key] || handedOn[key] != 1 {
			t.Errorf("%d was acknowledged: stored %t, handed on %d times", key, stored[key], handedOn[key])
		}
	}
	for key := range stored {
		if handedOn[key] != 1 {
			t.Errorf("%d is stored and was handed on %d times", key, handedOn[key])
		}
	}
}

func TestASettlementIsCountedOnceWhenCommitsAreCut(t *testing.T) {
	t.Parallel()
	database := fresh(t)
	direct := open(t, database)
	a, ids := application(t, direct), newIDs()
	s := openOnly(t, through(t, database, some))
	check(t, beginPatiently(t, s))
	var settled sync.WaitGroup
	const messages = 60
	for range messages {
		settled.Go(func() {
			m := publishPatiently(t, s, publication(a, ids, 7, 8, 9))
			for _, endpoint := range m.Targets {
				now, _ := ids()
				_, made := ids()
				step := store.Settlement{Fresh: true, Fan: len(m.Targets),
					Attempt:  &hook.Attempt{ID: made, MessageKey: m.Key, EndpointKey: endpoint, Status: 200, Number: 1, StartedAt: now},
					Delivery: hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: endpoint, State: hook.Delivered}}
				for s.Settle(t.Context(), step) != nil {
				}
			}
		})
	}
	settled.Wait()

	left := keys(t, database, "SELECT message FROM open_message WHERE run = 2")
	counted := keys(t, database, "SELECT sum(success)::bigint FROM tally")
	if len(left) != 0 || counted[0] != 3*messages {
		t.Errorf("%d messages are open, %d successes were counted, want 0 and %d", len(left), counted[0], 3*messages)
	}
}

func TestASettlementThatComesAgainBecauseItsOutcomeWasNotKnownInTimeIsCountedOnce(t *testing.T) {
	t.Parallel()
	var armed atomic.Bool
	database := fresh(t)
	s := open(t, through(t, database, func(int64) (int, bool) { return mute, armed.CompareAndSwap(true, false) }))
	a, ids := application(t, s), newIDs()
	m := publish(t, s, publication(a, ids, 6, 7, 8))
	delivered := func(endpoint hook.Key) store.Settlement {
		now, made := ids()
		return store.Settlement{Fresh: true, Fan: len(m.Targets),
			Attempt:  &hook.Attempt{ID: made, MessageKey: m.Key, EndpointKey: endpoint, Status: 200, Number: 1, StartedAt: now},
			Delivery: hook.Delivery{ApplicationKey: a.Key, MessageKey: m.Key, EndpointKey: endpoint, State: hook.Delivered}}
	}
	check(t, s.Settle(t.Context(), delivered(6)))
	step := delivered(7)
	step.Events = []hook.Event{{ID: step.Attempt.ID, ApplicationKey: a.Key, Type: "endpoint.disabled", Data: []byte("{}"), CreatedAt: step.Attempt.StartedAt}}
	armed.Store(true)

	first := s.Settle(t.Context(), step)
	second := s.Settle(t.Context(), step)

	if fault.CodeOf(first) != "outcome_unknown" || second != nil {
		t.Errorf("first %v, then %v", first, second)
	}
	if left := keys(t, database, "SELECT remaining::bigint FROM open_message"); len(left) != 1 || left[0] != 1 {
		t.Errorf("open are %v, want one delivery of one message", left)
	}
	if counted := keys(t, database, "SELECT sum(success)::bigint FROM tally"); counted[0] != 2 {
		t.Errorf("%d successes were counted, want 2", counted[0])
	}
}

func TestATransactionWhoseClientVanishedIsEnded(t *testing.T) {
	t.Parallel()
	var armed atomic.Bool
	database := fresh(t)
	s := open(t, through(t, database, func(int64) (int, bool) { return swallow, armed.CompareAndSwap(true, false) }))
	a, ids := application(t, s), newIDs()
	armed.Store(true)

	_, err := s.Publish(t.Context(), publication(a, ids))

	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
	if stored := keys(t, database, "SELECT key FROM message"); len(stored) != 0 {
		t.Errorf("%d messages are stored", len(stored))
	}
	if _, err := s.Publish(t.Context(), publication(a, ids)); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func TestACommitInDoubtDoesNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	var cut atomic.Bool
	s := open(t, through(t, fresh(t), func(int64) (int, bool) { return swallow, cut.Load() }))
	a, ids := application(t, s), newIDs()
	cut.Store(true)
	answer := make(chan error, 1)
	go func() {
		_, err := s.Publish(t.Context(), publication(a, ids))
		answer <- err
	}()
	select { // it is in doubt for stuckAfter
	case err := <-answer:
		t.Fatalf("it was answered at once: %v", err)
	case <-time.After(time.Second):
	}

	check(t, s.Close())

	if err := <-answer; fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

// publishPatiently publishes until it is acknowledged, as a client does.
func publishPatiently(t *testing.T, s *postgres.Store, p store.Publication) hook.Message {
	for {
		receipt, err := s.Publish(t.Context(), p)
		if err == nil {
			return receipt.Message
		}
		if fault.KindOf(err) != fault.Unavailable {
			t.Error(err)
			return hook.Message{}
		}
	}
}

func beginPatiently(t *testing.T, s *postgres.Store) error {
	t.Helper()
	var errs []error
	for range 10 {
		err := s.Begin(t.Context(), store.Run{Key: 2, Window: 64, Lease: time.Minute}, time.Now())
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
