package postgres_test

import (
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/store/postgres"
)

func TestRemoteHostsThatMayBeReachedInClearAreFound(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://user@db1/posthorn":                           "db1",
		"postgres://user@db1,db2/posthorn?sslmode=disable":       "db1 db2",
		"postgres://user@10.0.0.7/posthorn?sslmode=prefer":       "10.0.0.7",
		"postgres://user@db1,localhost/posthorn?sslmode=allow":   "db1",
		"postgres://user@db1/posthorn?sslmode=require":           "",
		"postgres://user@db1/posthorn?sslmode=verify-full":       "",
		"postgres://user@localhost/posthorn?sslmode=disable":     "",
		"postgres://user@127.0.0.1,[::1]/posthorn":               "",
		"postgres://user@/posthorn?host=/var/run/postgresql":     "",
		"host=/var/run/postgresql user=posthorn dbname=posthorn": "",
		"postgres://user:%zz@db1/posthorn":                       "",
	} {
		if got := strings.Join(postgres.InClear(url), " "); got != want {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
}
