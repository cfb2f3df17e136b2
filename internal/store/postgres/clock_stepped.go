//go:build posthorn_database_clock

package postgres

// databaseNow is the database's clock, set by as many microseconds as a table of the test says.
const databaseNow = "((extract(epoch FROM clock_timestamp()) * 1000000)::bigint + (SELECT coalesce(max(by), 0) FROM posthorn_test.clock))"
