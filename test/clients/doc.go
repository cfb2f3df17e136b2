// Package clients exists for its tests: the client libraries that people already use, in Go, from
// npm and in Python, drive the built server through its API, their verifiers check what receivers get, and the
// programs that our own guides show do what the guides say.
package clients
