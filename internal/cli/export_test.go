package cli

// ExitCode is the one place where a kind of failure becomes an exit code, for tests.
func ExitCode(err error) int { return exitCode(err) }
