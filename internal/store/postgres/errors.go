package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/store"
)

// States of PostgreSQL that are told apart (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const (
	uniqueViolation      = "23505"
	checkViolation       = "23514" // also: no partition for a row
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	lockNotAvailable     = "55P03"
	invalidCharacter     = "22021" // U+0000 in a text, or no UTF-8
	invalidParameter     = "22023"
	diskFull             = "53100"
	undefinedTable       = "42P01"
	noSchema             = "3F000"
	readOnly             = "25006"
	insufficientRights   = "42501"
	duplicateTable       = "42P07"
	duplicateObject      = "42710"
	unknownStatement     = "26000" // a prepared statement that another connection of a pooler has
	duplicateStatement   = "42P05" // one that another client of a pooler has made
	protocolViolation    = "08P01"
)

// translate turns an error of the driver into ours. doing completes the sentence "could not ...". An
// error that is ours already stays as it is.
func translate(doing string, err error) error {
	var ours *fault.Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	var theirs *pgconn.PgError
	if errors.As(err, &theirs) {
		return judge(doing, theirs)
	}
	if slow(err) {
		return store.ErrSlow().Because(fmt.Errorf("%s: %w", doing, err))
	}
	if lost(err) {
		return fault.New(fault.Unavailable, "database_away",
			"The PostgreSQL database cannot be reached: check that it runs and accepts connections; try again in a moment.").Because(err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// judge turns what the server said into ours. Its detail may hold values of rows; the text of the error leaves it
// out. What the server said stays in the chain, so that write can see whether to try again.
func judge(doing string, theirs *pgconn.PgError) error {
	said := fmt.Errorf("%s: PostgreSQL says: %w", doing, theirs)
	if saysNotDurable(theirs) {
		return errNotDurable().Because(said)
	}
	switch theirs.Code {
	case diskFull:
		return fault.New(fault.Unavailable, "disk_full", "The disk of the PostgreSQL server is full: free some space; nothing was stored.").Because(said)
	case lockNotAvailable:
		return store.ErrSlow().Because(said)
	case undefinedTable, noSchema:
		return fault.New(fault.Unavailable, "schema_missing", "The PostgreSQL database lacks tables that were there: it was made anew or is being restored. "+
			"The servers make them again unless auto_migrate is off; then run `posthorn migrate up`.").Because(said)
	case readOnly:
		return fault.New(fault.Unavailable, "data_not_writable",
			"The PostgreSQL server takes no writes, as a replica does: give the URL of the primary.").Because(said)
	case insufficientRights:
		return fault.New(fault.Unavailable, "database_rights", "PostgreSQL refuses this to the role of the URL: "+
			"grant it what the guide on scaling lists, or run `posthorn migrate up` as the owner of the tables.").Because(said)
	case duplicateTable, duplicateObject:
		return fault.New(fault.Unavailable, "database_occupied", "The schema has a table or index of this name already, which is not Posthorn's: "+
			"give Posthorn a database of its own, or a schema, with search_path in the parameters of the URL.").Because(said)
	case unknownStatement, duplicateStatement, protocolViolation:
		return fault.New(fault.Unavailable, "database_pooler", "A pooler such as PgBouncer does not pass prepared statements on: "+
			"add default_query_exec_mode=cache_describe to the parameters of the URL, or set max_prepared_statements in PgBouncer 1.21 or later.").Because(said)
	case invalidCharacter:
		return fault.New(fault.Invalid, "invalid_text",
			"A text contains the character U+0000 or is not UTF-8, which PostgreSQL cannot keep: leave it out.").Because(said)
	}
	switch theirs.Code[:2] {
	case "08", "57", "53": // the connection, an operator's shutdown, too few resources
		return fault.New(fault.Unavailable, "database_away",
			"The PostgreSQL database does not take requests at the moment: try again soon.").Because(said)
	case "28", "3D": // wrong password, no such database
		return fault.New(fault.Unavailable, "database_refuses",
			"PostgreSQL refuses the connection: check user, password and database in the URL.").Because(said)
	}
	return said
}

// slow reports whether a server that was reached did not answer in time.
func slow(err error) bool {
	var dialing *pgconn.ConnectError
	return (pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded)) && !errors.As(err, &dialing)
}

// lost reports whether the error is one of the connection rather than an answer of the server.
func lost(err error) bool {
	var dialing *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &dialing) || errors.As(err, &network) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) || errors.Is(err, net.ErrClosed) ||
		!errors.Is(err, pgx.ErrNoRows) && !errors.Is(err, context.Canceled) && closedBy(err)
}

// stateOf returns the state that PostgreSQL gave for an error, and the empty text for any other.
func stateOf(err error) string {
	var theirs *pgconn.PgError
	if errors.As(err, &theirs) {
		return theirs.Code
	}
	return ""
}

// found turns "no rows" into fault.NotFound for the noun.
func found(noun string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing(noun)
	}
	return translate("read the "+noun, err)
}

// taken turns a broken unique rule into fault.Conflict for the noun.
func taken(noun string, err error) error {
	if stateOf(err) == uniqueViolation {
		return fault.New(fault.Conflict, "taken", "Another %s has this name already.", noun).Because(err)
	}
	return translate("store the "+noun, err)
}

// errStopped is the answer to what comes after the end.
func errStopped() error {
	return fault.New(fault.Unavailable, "stopping", "The server is stopping: try again in a moment.")
}

// errLost is the answer to a run that others have taken for dead.
func errLost() error {
	return fault.New(fault.Unavailable, "lease_lost",
		"This node gave no sign of life for too long, and others have taken over its work: it has to begin anew. Try again in a moment.")
}
