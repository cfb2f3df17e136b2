//go:build !posthorn_ack_before_commit

package postgres

// awaitCommit waits for the flush. The build tag posthorn_ack_before_commit breaks exactly this line, so
// that the crash test can show that it would notice.
func awaitCommit(done <-chan error) error { return <-done }
