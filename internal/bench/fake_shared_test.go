package bench_test

import (
	"context"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
)

// shared is what the nodes of a fake server have in common: endpoints, and a row for each message. The caller holds
// the fake's mu.
type shared struct{ conn *pgx.Conn }

// share connects to the database that the benchmark made. Nodes start at once, so they take turns in making tables.
func (f *fake) share(url string) error {
	if url == "" {
		return nil
	}
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(context.Background(), `SELECT pg_advisory_xact_lock(1); CREATE TABLE IF NOT EXISTS message (id text);
		CREATE TABLE IF NOT EXISTS endpoint (app text, url text, secret text)`)
	f.shared = &shared{conn}
	return err
}

func (s *shared) add(app string, e endpoint) {
	if s != nil {
		_, _ = s.conn.Exec(context.Background(), "INSERT INTO endpoint VALUES ($1, $2, $3)", app, e.URL, e.Secret)
	}
}

func (s *shared) find(app string) []endpoint {
	if s == nil {
		return nil
	}
	rows, _ := s.conn.Query(context.Background(), "SELECT url, secret FROM endpoint WHERE app = $1", app)
	found, _ := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e endpoint, err error) {
		return e, row.Scan(&e.URL, &e.Secret)
	})
	return found
}

// endpointsOf stores a message and returns to whom it goes.
func (f *fake) endpointsOf(app, message string) []endpoint {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.endpoints[app] == nil {
		for _, e := range f.shared.find(app) {
			f.open(app, e)
		}
	}
	if f.shared != nil {
		_, _ = f.shared.conn.Exec(context.Background(), "INSERT INTO message VALUES ($1)", message)
	}
	f.sign()
	return f.endpoints[app]
}

// sign writes down at the first message how this node was started, where a test asks for it.
func (f *fake) sign() {
	path := os.Getenv("FAKE_DIARY")
	if path == "" || f.signed {
		return
	}
	f.signed = true
	diary, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer diary.Close() //nolint:errcheck // the test finds what is missing
	_, _ = diary.WriteString(strings.Join([]string{
		strings.Join(os.Args, " "), os.Getenv("POSTHORN_DATA"),
		os.Getenv("POSTHORN_DATABASE_URL") + " " + os.Getenv("POSTHORN_ENCRYPTION_KEY") + " " + f.token,
	}, "\t") + "\n")
}
