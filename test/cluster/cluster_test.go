package cluster_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/test/crash"
	"github.com/posthorn/posthorn/test/harness"
	"github.com/posthorn/posthorn/test/pg"
)

// TestMain lets more tests run at once than there are processors: for most of their time they wait until a lease is
// over.
func TestMain(m *testing.M) {
	flag.Parse()
	if most, ok := flag.Lookup("test.parallel").Value.(flag.Getter); ok && most.Get() == runtime.GOMAXPROCS(0) && long() == 0 {
		_ = most.Set("6") // a number
	}
	os.Exit(m.Run())
}

const (
	// attempt is the longest that a request may take; what is missing of a lease, the program adds.
	attempt = 2 * time.Second
	lease   = attempt + 15*time.Second
	// takeover is how long it takes until others have what a node held: the lease, two looks around, and time to work.
	takeover = lease + lease/5
)

// long is how long a test should go on; zero is once.
func long() time.Duration {
	d, err := time.ParseDuration(os.Getenv("POSTHORN_TEST_CLUSTER_TIME"))
	if err != nil {
		return 0
	}
	return d
}

// nodes are processes on one database.
type nodes struct {
	t     *testing.T
	all   []*harness.Server
	stage *crash.Stage
}

// node describes a node to start.
type node struct {
	name, database, binary string
	settings               []string
	unknown                bool // to those who publish
}

// three returns three nodes that do everything.
func three(database string) []node {
	return []node{{name: "one", database: database}, {name: "two", database: database}, {name: "three", database: database}}
}

// start starts the nodes at the same time, and what surrounds them.
func start(t *testing.T, plan ...node) *nodes {
	t.Helper()
	n := &nodes{t: t}
	var bases []string
	key := newKey()
	for _, p := range plan {
		s := harness.New(t, append([]string{
			"POSTHORN_DATABASE_URL=" + p.database, "POSTHORN_NODE_NAME=" + p.name, "POSTHORN_ENCRYPTION_KEY=" + key,
			"POSTHORN_ATTEMPT_TIMEOUT=" + attempt.String(), "POSTHORN_RETRY_SCHEDULE=" + crash.RetrySchedule,
			"POSTHORN_DRAIN_TIMEOUT=20s",
		}, p.settings...)...)
		if p.binary != "" {
			s.Binary = p.binary
		}
		n.all = append(n.all, s)
		if !p.unknown {
			bases = append(bases, s.URL)
		}
	}
	for _, s := range n.all {
		s.Launch()
	}
	for _, s := range n.all {
		s.AwaitReady()
	}
	n.surround(bases)
	return n
}

// newKey returns a key for all nodes of a cluster: they read each other's secrets.
func newKey() string {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	return base64.StdEncoding.EncodeToString(key[:])
}

// surround makes publishers and receivers. Those who publish do not ask more of a machine with two processors, on
// which other tests run, than it can do.
func (n *nodes) surround(bases []string) {
	n.t.Helper()
	o := crash.StageOptions{
		Seed: uint64(time.Now().UnixNano()), Publishers: 6, Rate: 40, Drain: 3 * time.Minute, Patience: takeover + 10*time.Second,
	}
	if long() > 0 {
		o.Publishers, o.Rate = 12, 150
	}
	o.Clock = clock.Clock{}
	stage, err := crash.NewStage(n.t.Context(), o, harness.AdminToken, bases...)
	harness.Check(n.t, err)
	n.t.Cleanup(stage.Close)
	n.stage = stage
}

// under publishes while harm is done, once or for as long as was asked, and has the result judged.
func (n *nodes) under(harm func()) crash.History {
	n.t.Helper()
	ctx := context.WithoutCancel(n.t.Context())
	harness.Check(n.t, n.stage.Furnish(ctx))
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- n.stage.Publish(ctx, func(ctx context.Context) error {
			select {
			case <-stop:
			case <-ctx.Done():
			}
			return nil
		})
	}()
	func() {
		defer close(stop) // also if harm ends the test
		began := time.Now()
		for n.pause(time.Second); ; n.pause(time.Second) {
			harm()
			if time.Since(began) >= long() {
				break
			}
		}
		n.pause(time.Second)
	}()
	harness.Check(n.t, <-ended)
	return n.judge(ctx)
}

// judge waits until everything is delivered and asks the checker.
func (n *nodes) judge(ctx context.Context) crash.History {
	n.t.Helper()
	harness.Check(n.t, n.stage.Drain(ctx))
	h, found := n.verdict(ctx)
	var text bytes.Buffer
	crash.Summarize(&text, h)
	crash.Tell(&text, found)
	n.t.Logf("%s", text.Bytes())
	if open := crash.Open(h); len(found) > 0 || open > 0 { // receivers take everything in the end
		n.t.Fail()
		n.keep(h)
	}
	return h
}

// verdict asks until nothing is left to say against the nodes, for as long as they may need to store what they could
// not store while they were harmed.
func (n *nodes) verdict(ctx context.Context) (crash.History, []crash.Violation) {
	n.t.Helper()
	for began := time.Now(); ; n.pause(time.Second) {
		h, err := n.stage.Story(ctx)
		harness.Check(n.t, err)
		found := crash.Check(h, crash.Limits{Window: 3 * time.Second, InFlight: 512})
		if len(found) == 0 || time.Since(began) > lease {
			return h, found
		}
	}
}

// keep writes the history of a run that failed where POSTHORN_TEST_CLUSTER_KEEP says.
func (n *nodes) keep(h crash.History) {
	folder := os.Getenv("POSTHORN_TEST_CLUSTER_KEEP")
	if folder == "" {
		return
	}
	text, err := json.MarshalIndent(h, "", " ")
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, n.t.Name()+".json"), text, 0o600)
	}
	if err != nil {
		n.t.Log(err)
	}
}

// pause lets the load go on for a while: it is what the test is about, not a wait for something to happen.
func (n *nodes) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-n.t.Context().Done():
	}
}

// alive returns how many nodes one of them counts.
func (n *nodes) alive(asked *harness.Server) int {
	n.t.Helper()
	return len(n.members(asked))
}

// member is a node in the list of nodes.
type member struct {
	ID, Name         string
	Queued, InFlight int
}

func (n *nodes) members(asked *harness.Server) []member {
	n.t.Helper()
	var out struct{ Data []member }
	reply := asked.Do(n.t, http.MethodGet, "/api/v1/nodes", nil)
	if reply.Status == http.StatusOK {
		reply.JSON(n.t, &out)
	}
	return out.Data
}

// await asks until done says true, for as long as a takeover may take, and notes how long it took.
func (n *nodes) await(what string, done func() bool) {
	n.t.Helper()
	began := time.Now()
	defer func() { n.t.Logf("%s: %s", what, time.Since(began).Round(time.Millisecond)) }()
	deadline := time.NewTimer(takeover + harness.Patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline.C:
			n.t.Fatalf("not in time: %s", what)
		}
	}
}

// through returns the URL of a database behind a proxy, and the proxy.
func through(t *testing.T, database string) (string, *proxy) {
	t.Helper()
	u, err := url.Parse(database)
	harness.Check(t, err)
	p := between(t, u.Host)
	u.Host = p.address()
	return u.String(), p
}

// fresh returns an empty database.
func fresh(t *testing.T) string {
	t.Helper()
	return pg.URL(t)
}

// create posts to the API of a node and returns the id of what was made.
func create(t *testing.T, s *harness.Server, path string, body any) string {
	t.Helper()
	reply := s.Do(t, http.MethodPost, path, body)
	var out struct{ ID string }
	reply.JSON(t, &out)
	if out.ID == "" {
		t.Fatalf("POST %s: %d %s", path, reply.Status, reply.Body)
	}
	return out.ID
}
