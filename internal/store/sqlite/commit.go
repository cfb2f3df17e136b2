package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

// commit stores a group and answers everybody in it. If the group fails for a reason that lies in one
// of its members, each is tried alone, so that only the one at fault hears of it.
func (w *writer) commit(ctx context.Context, g *group) {
	g.publications = store.RefuseLate(w.queues[store.Publishing], g.publications, (*publication).answer)
	g.arrivals = store.RefuseLate(w.queues[store.Receiving], g.arrivals, (*arrival).answer)
	if g.size() == 0 {
		return
	}
	err := w.transact(ctx, g)
	if fault.KindOf(err) == fault.Unavailable {
		w.refused = max(w.refused, g.bytes())
	}
	if err == nil || g.size() == 1 || fault.KindOf(err) == fault.Unavailable {
		g.answer(err)
		return
	}
	for _, one := range g.apart() {
		one.answer(w.transact(ctx, &one))
	}
}

// transact runs the group in one transaction: flushed, into files that are at their paths, if it returns nil. Otherwise it
// is undone, or it went into files that were removed meanwhile.
func (w *writer) transact(ctx context.Context, g *group) (err error) {
	if w.observer != nil {
		began := w.clock.Steady()
		defer func() { w.observer.Committed(w.clock.Steady()-began, err) }()
	}
	if err := w.files.checkBefore(); err != nil {
		return err
	}
	t := &tx{ctx: ctx, w: w}
	if err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return translate("begin a transaction", err)
	}
	err = w.apply(t, g)
	if err == nil {
		err = t.exec("COMMIT")
	}
	if err == nil {
		return w.files.checkAfter()
	}
	if undo := t.exec("ROLLBACK"); undo != nil && !rolledBackAlready(undo) {
		err = errors.Join(err, undo)
	}
	return translate("store a group", err)
}

func (w *writer) apply(t *tx, g *group) error {
	if err := publishAll(t, g.publications); err != nil {
		return err
	}
	if err := settleAll(t, g.settlements); err != nil {
		return err
	}
	if err := receiveAll(t, g.arrivals); err != nil {
		return err
	}
	if err := concludeAll(t, g.conclusions); err != nil {
		return err
	}
	for _, job := range g.works {
		if err := t.apart(job); err != nil {
			return err
		}
	}
	return nil
}

// answer tells everybody in the group how it ended: err, or their own result if that is nil.
func (g *group) answer(err error) {
	for _, p := range g.publications {
		p.answer(err)
	}
	for _, s := range g.settlements {
		s.done <- err
	}
	for _, a := range g.arrivals {
		a.answer(err)
	}
	for _, c := range g.conclusions {
		c.done <- err
	}
	for _, job := range g.works {
		if err != nil {
			job.err = err
		}
		job.done <- job.err
	}
}

// apart returns the members of the group as groups of one.
func (g *group) apart() []group {
	ones := make([]group, 0, g.size())
	for i := range g.publications {
		ones = append(ones, group{publications: g.publications[i : i+1]})
	}
	for i := range g.settlements {
		ones = append(ones, group{settlements: g.settlements[i : i+1]})
	}
	for i := range g.arrivals {
		ones = append(ones, group{arrivals: g.arrivals[i : i+1]})
	}
	for i := range g.conclusions {
		ones = append(ones, group{conclusions: g.conclusions[i : i+1]})
	}
	for i := range g.works {
		ones = append(ones, group{works: g.works[i : i+1]})
	}
	return ones
}

// tx is the writer's transaction in hand. It is used by one goroutine and not kept.
type tx struct {
	ctx context.Context //nolint:containedctx // lives exactly as long as the transaction that the context bounds
	w   *writer
}

// exec runs a statement, prepared once for the life of the writer.
func (t *tx) exec(query string, args ...any) error {
	_, err := t.change(query, args...)
	return err
}

// change runs a statement and returns how many rows it changed.
func (t *tx) change(query string, args ...any) (int64, error) {
	stmt, err := t.prepared(query) //nolint:sqlclosecheck // kept for the life of the writer
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// query runs a query. The caller closes the rows before the next statement.
func (t *tx) query(query string, args ...any) (*sql.Rows, error) {
	stmt, err := t.prepared(query) //nolint:sqlclosecheck // kept for the life of the writer
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(t.ctx, args...)
}

// row runs a query for one row.
func (t *tx) row(query string, args ...any) *sql.Row {
	return t.w.conn.QueryRowContext(t.ctx, query, args...)
}

func (t *tx) prepared(query string) (*sql.Stmt, error) {
	if stmt := t.w.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := t.w.conn.PrepareContext(t.ctx, query)
	if err == nil {
		t.w.stmts[query] = stmt
	}
	return stmt, err
}

// apart runs a work in a savepoint. If it fails, what it did is undone, its error is its own, and the
// transaction goes on. The error returned is the transaction's.
func (t *tx) apart(job *work) error {
	if err := t.exec("SAVEPOINT work"); err != nil {
		return err
	}
	if job.err = job.do(t); job.err != nil {
		switch err := t.exec("ROLLBACK TO work"); {
		case err != nil && rolledBackAlready(err):
			return job.err
		case err != nil:
			return errors.Join(job.err, err)
		}
	}
	return t.exec("RELEASE work")
}
