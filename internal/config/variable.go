package config

// The variables of commands that are no settings: serve leaves them alone, and does not take them for slips of the
// finger. What a person exports for one command, all others see. A secret has a variable and no flag, because every
// user of a machine sees the arguments of a process.
const (
	ExportPassphrase = prefix + "EXPORT_PASSPHRASE"
	ImportToken      = prefix + "IMPORT_TOKEN"
	VerifySecret     = prefix + "VERIFY_SECRET"
	// BenchDatabase names the PostgreSQL server that the benchmark may make databases on. It is not the setting of a
	// server, so that no database of one is ever measured by mistake.
	BenchDatabase = prefix + "BENCH_DATABASE_URL"
)

// otherVariables are the variables of ours that are no settings.
func otherVariables() []string {
	return []string{prefix + "CONFIG", ExportPassphrase, ImportToken, VerifySecret, BenchDatabase}
}
