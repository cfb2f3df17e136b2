package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/posthorn/posthorn/internal/fault"
)

// mostSkew is how far a node's clock may be from the database's. Beyond it, what the node takes in could look old to
// others, who drop it, or it would drop what is new.
const mostSkew = time.Hour

// checkClock refuses to begin, and to purge, by a clock that is wrong.
func (s *Store) checkClock(ctx context.Context, tx pgx.Tx) error {
	var database int64
	if err := tx.QueryRow(ctx, "SELECT "+databaseNow).Scan(&database); err != nil {
		return err
	}
	skew := s.clock.Now().Sub(timeAt(database)).Abs().Round(time.Second)
	if skew > s.skew {
		return fault.New(fault.Unavailable, "clock_wrong", "The clock of this machine and that of the database are %s apart: set the wrong one.", skew)
	}
	return nil
}
