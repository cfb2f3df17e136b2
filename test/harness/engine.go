package harness

import (
	"os"
	"testing"

	"github.com/posthorn/posthorn/test/pg"
)

// Engine is the environment variable that says which engine the servers of a test run use: sqlite, the
// default, or postgres. What a client sees must not depend on it.
const Engine = "POSTHORN_TEST_ENGINE"

// engine returns the settings that give a server its database.
func engine(t testing.TB) []string {
	t.Helper()
	switch os.Getenv(Engine) {
	case "", "sqlite":
		return nil
	case "postgres":
		return []string{"POSTHORN_DATABASE_URL=" + pg.URL(t)}
	}
	t.Fatalf("%s is neither sqlite nor postgres", Engine)
	return nil
}
