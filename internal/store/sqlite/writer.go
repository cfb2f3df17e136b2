package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
)

// writer owns the one connection that writes. While a group is being committed the next one gathers;
// nobody waits for a timer. Whoever asked is answered after the commit has been flushed.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	clock clock.Clock
	stmts map[string]*sql.Stmt // prepared on conn, used by the loop only
	many  map[many]*sql.Stmt   // the same for lists of rows

	most int // members of a group

	queues   store.CommitQueues
	observer store.Observer // nil without

	files        *openFiles
	checkpointer *checkpointer
	uncopied     int // pages since the last copy of the WAL was asked for
	refused      int // bytes of the largest group for which there was no room since the last check that passed

	mu       sync.Mutex
	gathered group
	stopped  bool
	wake     chan struct{} // holds a token while something is gathered
	ended    chan struct{}

	keys  keyring  // of messages
	inbox keyring  // of what is received
	run   hook.Key // whose work this is; set by Begin before anything is accepted
}

// group is the work that shares a transaction.
type group struct {
	publications []*publication
	settlements  []*settlement
	arrivals     []*arrival
	conclusions  []*conclusion
	works        []*work
	checks       []*work // each in a transaction of its own, and not counted
}

func (g *group) size() int {
	return len(g.publications) + len(g.settlements) + len(g.arrivals) + len(g.conclusions) + len(g.works)
}

// maxGroup bounds each kind of work in a transaction, so that the first in it does not wait for
// thousands behind it.
const maxGroup = 1024

// work is any other write: a function that runs inside the group's transaction, alone in a savepoint.
type work struct {
	store.CommitWaiter
	doing string
	do    func(*tx) error
	err   error
	done  chan error
}

// errStopped is the answer to writes that come after the end.
func errStopped() error {
	return fault.New(fault.Unavailable, "stopping", "The server is stopping: try again in a moment.")
}

func startWriter(ctx context.Context, db *sql.DB, beside *checkpointer, files *openFiles, o Options) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, translate("open the writer", err)
	}
	w := &writer{db: db, conn: conn, clock: o.Clock, queues: store.NewCommitQueues(o.Clock, o.MaxWaiting), observer: o.Observer, stmts: map[string]*sql.Stmt{}, many: map[many]*sql.Stmt{}, most: maxGroup,
		files: files, checkpointer: beside, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	if err := w.loadKeys(ctx); err != nil {
		return nil, translate("read the newest key", err)
	}
	if err := files.holdSides(); err != nil {
		return nil, closeConn(conn, err)
	}
	go w.loop(context.WithoutCancel(ctx))
	return w, nil
}

// write runs do inside the next group and returns when it is flushed. do must not keep the tx. Its
// error undoes what it did and nothing else.
func (w *writer) write(_ context.Context, doing string, do func(*tx) error) error {
	job := &work{doing: doing, do: do, done: make(chan error, 1)}
	return translate(doing, w.queued(store.Changing, &job.CommitWaiter, 0, job.done, func(g *group) { g.works = append(g.works, job) }))
}

// queued adds to the next group and waits until that is answered. Until then it counts as waiting.
func (w *writer) queued(kind store.Work, waiter *store.CommitWaiter, payload int, done <-chan error, add func(*group)) error {
	queue := w.queues[kind]
	if err := queue.Enter(waiter, payload); err != nil {
		return err
	}
	defer queue.Leave(waiter)
	if !w.gather(add) {
		return errStopped()
	}
	if kind == store.Publishing || kind == store.Receiving {
		return awaitCommit(done)
	}
	return <-done
}

// gather adds to the next group. It reports false after the end.
func (w *writer) gather(add func(*group)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return false
	}
	add(&w.gathered)
	w.signal()
	return true
}

// signal leaves a token for the loop. The caller holds mu.
func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *writer) loop(ctx context.Context) {
	defer close(w.ended)
	for range w.wake {
		w.letOthersGather()
		next, last := w.take()
		if next.size() > 0 {
			w.commit(ctx, &next)
		}
		for _, job := range next.checks {
			w.check(ctx, job)
		}
		w.copyRest(ctx)
		if last {
			return
		}
	}
}

// letOthersGather lets those who were just answered bring what they do next, if the processors are busy:
// without it a group takes only what came during the last flush, and the cost of a commit is shared by few.
// On an idle machine it returns at once; one that is busy with long work is not asked again.
func (w *writer) letOthersGather() {
	began := w.clock.Now()
	for range 4 {
		runtime.Gosched()
		if w.clock.Now().Sub(began) > longEnough {
			return
		}
	}
}

// longEnough is how long others may take before the group is taken all the same.
const longEnough = 500 * time.Microsecond

// take returns the next group and whether it is the last.
func (w *writer) take() (next group, last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	next.publications, w.gathered.publications = store.Group(w.gathered.publications, w.most, (*publication).weight)
	next.settlements, w.gathered.settlements = store.Group(w.gathered.settlements, w.most, nil)
	next.arrivals, w.gathered.arrivals = store.Group(w.gathered.arrivals, w.most, (*arrival).weight)
	next.conclusions, w.gathered.conclusions = store.Group(w.gathered.conclusions, w.most, nil)
	next.works, w.gathered.works = store.Group(w.gathered.works, w.most, nil)
	next.checks, w.gathered.checks = w.gathered.checks, nil
	if w.gathered.size() > 0 {
		w.signal()
		return next, false
	}
	if w.stopped {
		w.signal()
	}
	return next, w.stopped
}

// stop commits what is gathered and refuses what comes later.
func (w *writer) stop() {
	w.mu.Lock()
	w.stopped = true
	w.signal()
	w.mu.Unlock()
	<-w.ended
}

// close stops the writer and closes the connection.
func (w *writer) close() error {
	w.stop()
	err := w.checkpointer.close()
	// A clean stop leaves everything in the one file, for whoever copies only that. An error loses nothing: the WAL stays.
	_, _ = w.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)") //nolint:forbidigo // the end has no caller's context
	return errors.Join(err, w.conn.Close(), w.db.Close())
}
