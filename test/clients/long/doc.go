// Package long exists for its tests, which `make test-long` runs: client libraries whose languages take minutes to build
// drive the built server through its API.
package long
