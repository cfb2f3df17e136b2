//go:build !posthorn_database_clock

package postgres

// databaseNow is the database's clock in microseconds: those of the programs need not agree. The build tag
// posthorn_database_clock makes it go wrong by as much as the test of a clock that steps says.
const databaseNow = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
