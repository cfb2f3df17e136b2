package bench

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/posthorn/posthorn/internal/bench/forward"
	"github.com/posthorn/posthorn/internal/bench/process"
	"github.com/posthorn/posthorn/internal/bench/sink"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
)

// lab is what the rounds of one run share.
type lab struct {
	config  Config
	streams Streams
	body    []byte
	start   time.Time
	secret  []byte // signs everything that is sent to the sink
}

// newLab checks c and prepares a run.
func newLab(c Config, s Streams) (*lab, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	return &lab{config: c, streams: s, body: body, start: c.Clock.Now(), secret: random(32)}, nil
}

// elapsed is the one time scale of the run.
func (l *lab) elapsed() time.Duration { return l.config.Clock.Now().Sub(l.start) }

// random returns n random bytes.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails: crypto/rand ends the program instead
	return b
}

// forwarder measures the forwarder that stores nothing, in a process of its own like the server.
func (l *lab) forwarder(ctx context.Context, sh shape) (Figures, error) {
	s, err := l.listen(ctx, sh)
	if err != nil {
		return Figures{}, err
	}
	defer s.Close()
	address, err := process.FreeAddress(ctx)
	if err != nil {
		return Figures{}, err
	}
	child, err := process.Start(ctx, process.Spec{
		Path: l.config.Binary, Args: append(l.config.ForwarderArgs, l.forwarderArgs(address, s.Base(), sh)...),
		Env: []string{}, Ready: "http://" + address + "/readyz",
		Within: 30 * time.Second, Grace: 5 * time.Second, Clock: l.config.Clock,
	})
	if err != nil {
		return Figures{}, err
	}
	defer child.Stop()
	f := &subject{name: "forwarder", nodes: []*node{{address: address, pid: child.PID(), child: child}}}
	return l.publish(ctx, f, sh, s, "app_forwarder")
}

// forwarderArgs and forwardOptions are the two ends of the hidden command's line. The secret on it
// signs the made-up messages of one run and nothing else.
func (l *lab) forwarderArgs(address, target string, sh shape) []string {
	return []string{address, target, strconv.Itoa(sh.healthy), hex.EncodeToString(l.secret)}
}

// forwardOptions reads what forwarderArgs wrote.
func forwardOptions(args []string) (forward.Options, error) {
	bad := fault.New(fault.Invalid, "bad_arguments", "This command is for the benchmark's own use; run posthorn bench.")
	if len(args) != 4 {
		return forward.Options{}, bad
	}
	targets, err := strconv.Atoi(args[2])
	if err != nil || targets < 1 || targets > maxFanOut {
		return forward.Options{}, bad
	}
	secret, err := hex.DecodeString(args[3])
	if err != nil {
		return forward.Options{}, bad
	}
	return forward.Options{
		Listen: args[0], Target: args[1], Targets: targets, Secret: secret, Workers: 64, Clock: clock.Clock{},
	}, nil
}

// listen starts a sink with endpoints for sh.
func (l *lab) listen(ctx context.Context, sh shape) (*sink.Sink, error) {
	o := sink.Options{Elapsed: l.elapsed, HangFrom: sh.healthy, HangFor: l.config.HangFor}
	if l.config.Verify {
		o.Verify = forward.Verifier(l.secret)
	}
	return sink.Listen(ctx, o)
}
