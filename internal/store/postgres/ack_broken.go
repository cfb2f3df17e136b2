//go:build posthorn_ack_before_commit

package postgres

// awaitCommit does not wait: a broken promise on purpose, for the control run of the crash test.
func awaitCommit(<-chan error) error { return nil }
