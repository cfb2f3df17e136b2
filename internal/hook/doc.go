// Package hook is the vocabulary of Posthorn: the nouns and the rules about their states and moves,
// as plain functions on plain types. Nothing here stores, sends, waits or reads a clock, so every
// rule can be read and tested on its own.
package hook

// Key is the integer by which a row is known inside the process and the database. It is never shown:
// outside, a noun has an id.ID or a name. Zero is no row.
type Key int64
