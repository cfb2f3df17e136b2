package app

import "context"

// descriptors says how the files and connections that the process may have open are divided, so that clients cannot take
// those that the database and the deliveries need. Zero is no bound.
type descriptors struct {
	Clients  int // connections to the HTTP server
	Requests int // requests to endpoints that are under way
	Idle     int // connections to endpoints that are kept open
}

// fewDescriptors is the limit on open files below which the server says at its start that it is low.
const fewDescriptors = 4096

// ownDescriptors is how many descriptors the database, the listener, the log and other files need at most.
const ownDescriptors = 64

// divide returns the parts of a limit. Of what is left by ownDescriptors, clients get a half, requests to endpoints a quarter and
// connections that are kept open to endpoints an eighth.
func divide(limit uint64) descriptors {
	if limit == 0 || limit > 1<<30 {
		return descriptors{}
	}
	left := max(int(limit)-ownDescriptors, 8)
	return descriptors{Clients: left / 2, Requests: left / 4, Idle: left / 8}
}

// atMost returns n, bounded by most unless that is zero.
func atMost(n, most int) int {
	if most == 0 {
		return n
	}
	return min(n, most)
}

// warnOfFewDescriptors says what a low limit on open files means.
func (b *base) warnOfFewDescriptors(ctx context.Context) {
	limit := openFiles()
	if limit == 0 || limit >= fewDescriptors {
		return
	}
	d := divide(limit)
	b.Log.WarnContext(ctx, "limit on open files is low: raise it, such as with ulimit -n or LimitNOFILE", "limit", limit, "advised", fewDescriptors,
		"client_connections", d.Clients, "deliveries", d.Requests)
}
