// Package transfer holds tests of moving from one database to another, and from another server to ours, with the
// program itself: what was open is delivered by who comes next, signed as the receivers expect it.
package transfer
