package cli_test

import (
	"strings"
	"testing"
)

func TestBenchTakesItsPostgreSQLServerFromTheEnvironment(t *testing.T) {
	t.Parallel()
	environ := []string{"POSTHORN_BENCH_DATABASE_URL=postgres://posthorn:sesame@127.0.0.1:1/postgres"}

	for _, line := range []string{"bench --duration 1s", "bench suite --only latency"} {
		r := run(t, environ, strings.Fields(line)...)

		if r.code != 6 || !strings.Contains(r.err, "No database can be made on the PostgreSQL server") {
			t.Errorf("%s: exit code %d: %s", line, r.code, r.err)
		}
		if strings.Contains(r.err+r.out, "sesame") {
			t.Errorf("%s: shows the password: %s%s", line, r.err, r.out)
		}
	}
}

func TestBenchOfSeveralNodesNeedsAPostgreSQLServer(t *testing.T) {
	t.Parallel()

	r := run(t, nil, "bench", "--nodes", "2")

	r.failsWith(t, 2, "POSTHORN_BENCH_DATABASE_URL")
}

func TestBenchThatPublishesRefusesFlagsOfReceiving(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--provider=stripe", "--forward", "--no-forged"} {
		r := run(t, nil, "bench", "--duration", "1s", flag)

		name, _, _ := strings.Cut(flag, "=")
		r.failsWith(t, 2, name+" is about received webhooks")
	}
}
