// Package housetest holds tests about the house itself: what may import what, which modules must move
// together, what no file may mention. They exist because such a rule is broken by a change that compiles,
// passes every other test, and is noticed months later.
package housetest
