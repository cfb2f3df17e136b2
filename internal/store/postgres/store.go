// Package postgres keeps Posthorn's promise in a PostgreSQL database that any number of programs share. Each
// of them commits what it accepts in groups, as the embedded engine does; what they must agree on, they
// agree on in the database. The files have the names of those in the folder sqlite, to be read side by side.
package postgres

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// How many connections a store opens at most, besides the one that listens. They are few, since a server
// that several of us share takes a hundred by default.
const (
	readers       = 4            // of lists and history
	promptReaders = 6            // of what somebody waits for, and of small writes
	hotWriters    = settlers + 5 // of groups of messages, of what is received and what came of it, leases, and the sign of life
)

// Options are what a store may be told.
type Options struct {
	Clock clock.Clock
	// URL names the database. It holds a password: it never reaches an error or a log.
	URL string
	// ReadURL names a replica for lists and history; empty is the database itself. While the replica is away, the database
	// itself is read.
	ReadURL string
	Log     *slog.Logger // of a replica that is away; nil discards
	// NoMigrate leaves the schema as it is and refuses one that is not this program's newest.
	NoMigrate bool
	// DaysAhead is for how many days the tables that are divided by days are made; less than a week is a week.
	DaysAhead int
	// MaxWaiting is how many bytes of messages, and as many of received webhooks, may wait to be committed. Zero is
	// store.DefaultWaiting.
	MaxWaiting int64
	// Observer receives each transaction that writes. May be nil.
	Observer store.Observer
}

// Store is the engine for several programs.
type Store struct {
	skew   time.Duration // see mostSkew
	clock  clock.Clock
	dial   *pgx.ConnConfig // of the connection that listens
	read   *pgxpool.Pool   // lists and history, of the primary: a page may take a while
	prompt *pgxpool.Pool   // single rows, short walks and small writes, kept apart so that they never queue behind a page
	hot    *pgxpool.Pool   // what must not wait for either
	most   silence         // that connections bear
	pin    string          // statement that a new connection begins with; see pinSchema
	ahead  int             // days for which tables are made

	places  chan int16   // one for each transaction under way on hot, see mark
	counter atomic.Int64 // of marks

	queues    store.CommitQueues
	observer  store.Observer // nil without
	replica   replica
	options   Options
	publisher *gatherer[*publication]
	settlers  []*gatherer[*settlement]
	receiver  *gatherer[*arrival]
	concluder *gatherer[*conclusion]
	herald    herald
	self      atomic.Pointer[self]
	refused   atomic.Int64 // bytes of the last group of messages that found no room

	life    context.Context //nolint:containedctx // ends with the store: what waits for the database asks it
	end     context.CancelFunc
	closing sync.Once
}

var _ store.Store = (*Store)(nil)

// Open connects to the database, brings its schema up to date unless it is told not to, and makes sure that
// it keeps what it says it has kept. A schema newer than this program knows is refused and left alone.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{skew: mostSkew, ahead: max(o.DaysAhead, daysAhead), clock: o.Clock, queues: store.NewCommitQueues(o.Clock, o.MaxWaiting), observer: o.Observer,
		places: make(chan int16, hotWriters-1)} // one connection is left for the sign of life
	for place := range cap(s.places) {
		s.places <- int16(place) //nolint:gosec // a handful
	}
	s.options = o
	s.replica.clock, s.replica.log = o.Clock, o.Log
	if o.Log == nil {
		s.replica.log = slog.New(slog.DiscardHandler)
	}
	s.life, s.end = context.WithCancel(context.WithoutCancel(ctx))
	err := s.connect(ctx, o)
	if err == nil {
		err = s.prepare(ctx, o)
	}
	if err != nil {
		s.end()
		s.disconnect()
		return nil, translate("open the database", err)
	}
	s.most.Store(int64(mostSilence))
	s.startWriters()
	return s, nil
}

// Prepare makes the database ready for a new run as Open did: it may have been made anew, and be empty, since.
func (s *Store) Prepare(ctx context.Context) error {
	s.most.Store(0) // migrations may take long without a word
	defer s.most.Store(int64(mostSilence))
	return translate("prepare the database", s.prepare(ctx, s.options))
}

// prepare refuses a server that would not keep the promise and readies the schema.
func (s *Store) prepare(ctx context.Context, o Options) error {
	if err := s.checkServer(ctx); err != nil {
		return err
	}
	if o.NoMigrate {
		return s.matches(ctx)
	}
	return s.migrate(ctx)
}

func (s *Store) connect(ctx context.Context, o Options) (err error) {
	if s.prompt, err = s.newPool(ctx, o.URL, promptReaders, connectTimeout); err != nil {
		return err
	}
	if s.hot, err = s.newPool(ctx, o.URL, hotWriters, connectTimeout); err != nil {
		return err
	}
	if s.read, err = s.newPool(ctx, o.URL, readers, connectTimeout); err != nil {
		return err
	}
	if o.ReadURL != "" {
		if s.replica.pool, err = s.newPool(ctx, o.ReadURL, readers, replicaPatience); err != nil {
			return err
		}
	}
	s.dial = s.prompt.Config().ConnConfig
	return nil
}

// newPool returns a pool that opens connections as they are needed, each within the given time.
func (s *Store) newPool(ctx context.Context, url string, most int32, within time.Duration) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil { // which holds the URL
		return nil, fault.New(fault.Invalid, "database_url", "The URL of the PostgreSQL database cannot be read: "+
			"it looks like postgres://user:password@host:5432/database, with special characters of the password percent-encoded.").Because(urlFault(url))
	}
	config.MaxConns, config.MinConns = most, 0
	config.ConnConfig.ConnectTimeout = within
	config.ConnConfig.DialFunc = s.most.over(config.ConnConfig.DialFunc)
	config.PingTimeout, config.BeforeClose, config.PrepareConn = pingTimeout, cutSoon, usable
	if s.pin == "" {
		if err := s.pinSchema(ctx, config.ConnConfig); err != nil {
			return nil, err
		}
	}
	config.ConnConfig.AfterConnect = s.pinned
	return pgxpool.NewWithConfig(ctx, config)
}

// connectTimeout is how long a server may take to answer at all.
const connectTimeout = 10 * time.Second

// pingTimeout is how long a connection that was not used for a while may take to answer before it counts as dead.
const pingTimeout = time.Second

// cutSoon closes the socket of a connection that was given up and whose server does not answer to the farewell. The
// driver would wait for it for a quarter of a minute, and the pool gives its place to no other until then.
func cutSoon(conn *pgx.Conn) {
	if !conn.IsClosed() {
		return // it is closed in good order
	}
	timer := time.NewTimer(pingTimeout)
	defer timer.Stop()
	select {
	case <-conn.PgConn().CleanupDone():
	case <-timer.C:
		_ = conn.PgConn().Conn().Close() // nothing is lost with it
	}
}

func (s *Store) disconnect() {
	for _, pool := range []*pgxpool.Pool{s.hot, s.prompt, s.read, s.replica.pool} {
		if pool != nil {
			pool.Close()
		}
	}
}

// self is the run that this store is.
type self struct {
	key   hook.Key
	slot  int64
	keys  *keyring // of messages
	inbox *keyring // of what is received
}

// run returns the key of the run that this store is, and zero before it began one.
func (s *Store) run() hook.Key {
	if me := s.self.Load(); me != nil {
		return me.key
	}
	return 0
}

func (s *Store) stopped() bool { return s.life.Err() != nil }

// Close waits for the groups that are being committed and closes the connections. It does not wait for a
// database that is away.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.end()
		s.publisher.close()
		s.receiver.close()
		s.concluder.close()
		for _, settler := range s.settlers {
			settler.close()
		}
		s.herald.close()
		s.disconnect()
	})
	return nil
}
