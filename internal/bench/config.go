package bench

import (
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/remote"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
)

// Config says what to measure. Zero values stand for the defaults named at each field.
type Config struct {
	BaseURL   string // of a running server on this machine, such as http://127.0.0.1:8071; empty starts one
	Token     string `json:"-"`
	ServerPID int    // of a running server on this machine, to measure it; zero does not
	Binary    string // path of the posthorn binary, for what the benchmark starts; os.Executable

	// Database is the URL of a PostgreSQL server on which every server that the benchmark starts gets a
	// database of its own; empty is SQLite. It may hold a password.
	Database string `json:"-"`
	Nodes    int    // processes that share the database; 1

	Publishers   int           // 64
	Messages     int           // stop after this many; zero means that Duration ends the run
	Duration     time.Duration // stop after this long; 10 s if Messages is zero too
	Rate         float64       // messages a second; zero is as fast as the answers come
	Warmup       time.Duration // publish this long before measuring; negative is none; 2 s
	PayloadSize  int           // 1024 bytes
	PayloadFile  string        // a JSON object to send instead of a made-up payload
	FanOut       int           // endpoints that get every message; 1
	HangingShare float64       // share of the endpoints that hang, at least one if not zero
	HangFor      time.Duration // how long they do; 15 s
	Quiet        time.Duration // deliveries count as lost after this long without any arriving; 20 s
	Verify       bool          // check every signature received
	NoForwarder  bool          // leave out the comparison
	Keep         bool          // leave the application in a running server

	// For Receive only.
	Provider string // who the webhooks seem to come from, one of sender.Providers; github
	Forward  bool   // deliver what was received to an endpoint, too
	NoForged bool   // send no forged ones afterwards

	JSON  bool
	Clock clock.Clock

	// ForwarderArgs make Binary call Forward: {"bench", "forward"} unless a test says otherwise.
	ForwarderArgs []string
	// ServerEnv is added to the environment of a server that the benchmark starts.
	ServerEnv []string
}

// Streams are where a run writes: the report to Out, progress and errors to Err.
type Streams struct{ Out, Err io.Writer }

// The bounds keep a slip of the finger from filling the disk or the memory.
const (
	maxNodes      = 32
	maxPublishers = 4096
	maxMessages   = 50_000_000
	maxDuration   = time.Hour
	maxRate       = 1_000_000
	maxFanOut     = 100_000
	maxPayload    = 1 << 20
)

// withDefaults returns c with its zero values filled in.
func (c Config) withDefaults() (Config, error) {
	if c.Binary == "" {
		path, err := os.Executable()
		if err != nil {
			return c, fault.New(fault.Internal, "no_binary", "Give the path of the posthorn binary.").Because(err)
		}
		c.Binary = path
	}
	if c.Messages == 0 && c.Duration == 0 {
		c.Duration = 10 * time.Second
	}
	c.Nodes = orElse(c.Nodes, 1)
	c.Publishers = orElse(c.Publishers, 64)
	c.PayloadSize = orElse(c.PayloadSize, 1024)
	c.FanOut = orElse(c.FanOut, 1)
	c.Warmup = orElse(c.Warmup, 2*time.Second)
	c.HangFor = orElse(c.HangFor, 15*time.Second)
	c.Quiet = orElse(c.Quiet, 20*time.Second)
	if c.ForwarderArgs == nil {
		c.ForwarderArgs = []string{"bench", "forward"}
	}
	return c, nil
}

// orElse returns v, or other if v is zero.
func orElse[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// check refuses what the benchmark cannot or should not do.
func (c Config) check() error {
	for _, limit := range []struct {
		field  string
		value  float64
		lowest float64
		most   float64
	}{
		{"nodes", float64(c.Nodes), 1, maxNodes},
		{"publishers", float64(c.Publishers), 1, maxPublishers},
		{"messages", float64(c.Messages), 0, maxMessages},
		{"rate", c.Rate, 0, maxRate},
		{"fan-out", float64(c.FanOut), 1, maxFanOut},
		{"payload-size", float64(c.PayloadSize), 2, maxPayload},
		{"hanging", c.HangingShare, 0, 1},
	} {
		if !(limit.value >= limit.lowest && limit.value <= limit.most) { // also refuses NaN
			return fault.In(limit.field, "out_of_range", "--%s must be from %.0f to %.0f.",
				limit.field, limit.lowest, limit.most)
		}
	}
	if c.Duration < 0 || c.Duration > maxDuration {
		return fault.In("duration", "out_of_range", "--duration must be from 0s to %.0fh.", maxDuration.Hours())
	}
	if c.hanging() >= c.FanOut {
		return fault.In("hanging", "nothing_left", "At least one endpoint must not hang; raise --fan-out or lower --hanging.")
	}
	return c.checkServer()
}

// checkServer refuses a server that the benchmark has no way to talk to.
func (c Config) checkServer() error {
	if c.Nodes > 1 && c.Database == "" {
		return fault.In("nodes", "nodes_need_database", "Several nodes need a PostgreSQL database that they share: name its server "+
			"with --database or POSTHORN_BENCH_DATABASE_URL.")
	}
	if c.BaseURL == "" {
		return nil
	}
	u, err := remote.Address(c.BaseURL)
	if err != nil {
		return err
	}
	if u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return fault.In("url", "bad_url", "The benchmark speaks plain HTTP with the server itself: give --url as http://host:port, without a path.")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fault.In("url", "not_here", "The benchmark receives on 127.0.0.1, so the server of --url must run on this machine.")
	}
	return remote.CheckToken(c.Token)
}

// hanging returns how many of the endpoints hang.
func (c Config) hanging() int {
	return int(math.Ceil(c.HangingShare * float64(c.FanOut)))
}

// store names what a server that we start keeps its data in.
func (c Config) store() string {
	if c.Database == "" {
		return "SQLite"
	}
	return "PostgreSQL"
}

// storeOf names a store and the nodes that share it.
func storeOf(store string, nodes int) string {
	if nodes <= 1 {
		return store
	}
	return fmt.Sprintf("%s, %d nodes", store, nodes)
}

// plan returns what to publish to a server, without where.
func (c Config) plan(elapsed func() time.Duration, body []byte) load.Plan {
	return load.Plan{
		Body: body, Publishers: c.Publishers, Rate: c.Rate, Messages: c.Messages, Duration: c.Duration,
		Timeout: 30 * time.Second, Clock: c.Clock, Elapsed: elapsed,
	}
}
