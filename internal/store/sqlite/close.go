package sqlite

import (
	"database/sql"
	"errors"
)

// closeRows ends a walk over rows and returns the first thing that went wrong.
func closeRows(rows *sql.Rows, err error) error {
	return errors.Join(err, rows.Err(), rows.Close())
}

func closeStmt(stmt *sql.Stmt, err error) error {
	return errors.Join(err, stmt.Close())
}

func closeConn(conn *sql.Conn, err error) error {
	return errors.Join(err, conn.Close())
}
