package postgres_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/test/pg"
)

// recordLevels makes each commit that writes to one of the tables record the synchronous_commit it was made with:
// deferred triggers run right before the commit.
const recordLevels = `CREATE TABLE level (of text, level text);
	CREATE FUNCTION record_level() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN INSERT INTO level VALUES (TG_TABLE_NAME, current_setting('synchronous_commit')); RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER record AFTER INSERT OR UPDATE ON mark DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_level();
	CREATE CONSTRAINT TRIGGER record AFTER INSERT OR UPDATE ON run DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_level();
	CREATE CONSTRAINT TRIGGER record AFTER INSERT OR UPDATE ON heartbeat DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_level();
	CREATE CONSTRAINT TRIGGER record AFTER INSERT OR UPDATE ON application DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_level();`

func TestEachTransactionRaisesSynchronousCommitToOnAndKeepsAStrongerLevel(t *testing.T) {
	t.Parallel()
	for set, want := range map[string]string{"off": "on", "local": "on", "remote_write": "on", "on": "on", "remote_apply": "remote_apply"} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			database := pg.URL(t)
			check(t, openOnly(t, database).Close())
			db := raw(t, database)
			_, err := db.ExecContext(t.Context(), recordLevels)
			check(t, err)
			s := open(t, database+"&options=-csynchronous_commit%3D"+set)

			_, err = s.Publish(t.Context(), publication(application(t, s), newIDs()))
			check(t, err)
			check(t, s.Renew(t.Context(), store.Held{}))
			check(t, s.Check(t.Context(), clock.Clock{}.Now()))

			var tables, other int
			check(t, db.QueryRowContext(t.Context(), "SELECT count(DISTINCT of), count(*) FILTER (WHERE level <> $1) FROM level", want).
				Scan(&tables, &other))
			if tables != 4 || other != 0 {
				t.Errorf("%d commits of %d tables were not made with %s", other, tables, want)
			}
			about, err := s.Describe(t.Context())
			if check(t, err); about.Durability != "fsync=on full_page_writes=on synchronous_commit="+want {
				t.Errorf("described as %s", about.Durability)
			}
		})
	}
}

func TestNothingIsAcknowledgedWhileTheServerIsNotDurable(t *testing.T) {
	t.Parallel()
	server := pg.NewServer(t)
	s := open(t, server.Create(t, "posthorn"))
	db, ids := raw(t, server.URL("postgres")), newIDs()
	at := source(t, s)
	acknowledging := map[string]func() error{
		"publish": func() error {
			_, err := s.Publish(t.Context(), publication(hook.Application{Key: at.ApplicationKey}, ids))
			return err
		},
		"receive": func() error { _, err := s.Receive(t.Context(), arrival(at, ids)); return err },
		"check":   func() error { return s.Check(t.Context(), clock.Clock{}.Now()) },
		"create": func() error {
			now, made := ids()
			_, err := s.CreateApplication(t.Context(), hook.Application{ID: made, Name: "Acme", CreatedAt: now, UpdatedAt: now})
			return err
		},
	}
	for _, setting := range []string{"fsync", "full_page_writes"} {
		set(t, db, setting, "off")
		for name, do := range acknowledging {
			await(t, name+" is refused", func() bool { return fault.CodeOf(do()) == "database_not_durable" })
		}
		check(t, s.Renew(t.Context(), store.Held{}))
		_, err := s.Bury(t.Context())
		check(t, err)

		set(t, db, setting, "on")
		for name, do := range acknowledging {
			await(t, name+" goes on", func() bool { return do() == nil })
		}
	}
}

func TestServerThatIsNotDurableIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	server := pg.NewServer(t)
	db := raw(t, server.URL("postgres"))
	set(t, db, "fsync", "off")
	await(t, "fsync is off", func() bool {
		var now string
		return db.QueryRowContext(t.Context(), "SELECT current_setting('fsync')").Scan(&now) == nil && now == "off"
	})

	_, err := postgres.Open(t.Context(), postgres.Options{URL: server.Create(t, "posthorn")})

	if fault.CodeOf(err) != "database_not_durable" || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

// set changes a setting of the server. Its processes notice in their own time.
func set(t *testing.T, db *sql.DB, name, value string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), "ALTER SYSTEM SET "+name+" = "+value)
	check(t, err)
	_, err = db.ExecContext(t.Context(), "SELECT pg_reload_conf()")
	check(t, err)
}

// await asks until done returns true, for at most a minute.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not within a minute: %s", what)
		}
	}
}
