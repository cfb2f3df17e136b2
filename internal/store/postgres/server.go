package postgres

import (
	"context"

	"github.com/posthorn/posthorn/internal/fault"
)

// oldest is the oldest release of PostgreSQL that has what is asked of it here, of which 64-bit transaction ids are
// the youngest (https://www.postgresql.org/docs/release/13.0/), as server_version_num.
const oldest = 130_000

// settings are those of the server that the promise depends on.
type settings struct {
	version             int
	replica             bool
	encoding            string
	fsync, fullPages    string
	synchronous, commit string // the names of standbys, and the level that transactions which write have
}

// String returns what makes a commit survive a power cut.
func (s settings) String() string {
	text := "fsync=" + s.fsync + " full_page_writes=" + s.fullPages + " synchronous_commit=" + s.commit
	if s.synchronous != "" {
		text += " with synchronous standbys"
	}
	return text
}

// settings asks on a connection of the writers: a URL may set some of them.
func (s *Store) settings(ctx context.Context) (is settings, err error) {
	err = s.hot.QueryRow(ctx, `SELECT current_setting('server_version_num')::integer, pg_is_in_recovery(), current_setting('server_encoding'),
		current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_standby_names'),
		`+flushLevel).Scan(&is.version, &is.replica, &is.encoding, &is.fsync, &is.fullPages, &is.synchronous, &is.commit)
	return is, err
}

// checkServer refuses a server that would say "committed" of what a power cut takes away.
func (s *Store) checkServer(ctx context.Context) error {
	is, err := s.settings(ctx)
	if err != nil {
		return translate("read the server's settings", err)
	}
	return is.check()
}

func (s settings) check() error {
	switch {
	case s.version < oldest:
		return fault.New(fault.Unavailable, "database_too_old", "The PostgreSQL server is older than release %d: use a newer one.", oldest/10_000)
	case s.replica:
		return fault.New(fault.Unavailable, "database_replica", "The URL of the PostgreSQL database leads to a replica: give that of the primary.")
	case s.encoding != "UTF8":
		return fault.New(fault.Unavailable, "database_encoding", "The PostgreSQL database has the encoding %s: create one with UTF8.", s.encoding)
	case s.fsync == "off" || s.fullPages == "off":
		return errNotDurable()
	}
	return nil
}
