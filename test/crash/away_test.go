package crash_test

import (
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
	"github.com/posthorn/posthorn/test/pg"
)

func TestSenderIsAskedToComeAgainWhileTheDatabaseIsDown(t *testing.T) {
	t.Parallel() // that is, once no server is under load any more
	database := pg.NewServer(t)
	s := harness.Start(t, "POSTHORN_DATABASE_URL="+database.Create(t, "posthorn"))
	i := newInbox(t, s)
	for _, end := range []func(testing.TB){database.Stop, database.Kill} {
		harness.Equal(t, "before", i.send(t, "first", 100), http.StatusOK)
		end(t)

		i.refuses(t, 0, 100)

		database.Start(t)
		s.AwaitReady()
		harness.Equal(t, "sent again", i.send(t, "beyond 0", 100), http.StatusOK)
		i.holds(t)
		i.goesOn(t)
	}
}
