// Package clients exists for its tests: the client libraries that people already use, in Go and from
// npm, drive the built server through its API, and their verifiers check what receivers get.
package clients
