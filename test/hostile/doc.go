// Package hostile exists for its tests: they do to the built server what attackers, broken clients and
// broken receivers do, and look at it only from outside. A server must stay up, stay small, keep its
// secrets, serve everybody else, and say what is wrong. README.md has the list of inputs and where
// each is tested.
package hostile
