package crash

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/posthorn/posthorn/internal/bench/process"
	"github.com/posthorn/posthorn/test/port"
)

// adminToken is the token of the server under test.
const adminToken = "ph_crash_test_admin_token_0001"

// Options configure a run.
type Options struct {
	StageOptions
	Binary   string
	Data     string // folder for the server's data
	Kills    int
	Duration time.Duration // goes on killing until then, if longer than Kills take
	Log      io.Writer
}

// driver is one run.
type driver struct {
	*Stage
	options Options
	rand    *rand.Rand
	spec    process.Spec
	server  *process.Child

	giveBack func() // the port of the server
}

// Drive publishes, kills and restarts, waits until everything has been delivered, and returns what was
// seen. An error means that the run could not be carried out, or that the server did not come back.
func Drive(ctx context.Context, o Options) (History, error) {
	d, err := newDriver(ctx, o)
	if err != nil {
		return History{}, err
	}
	defer d.close()
	if err := d.launch(ctx); err != nil {
		return History{}, err
	}
	if err := d.Furnish(ctx); err != nil {
		return History{}, err
	}
	if err := d.Publish(ctx, d.killAgainAndAgain); err != nil {
		return d.History(), err
	}
	if err := d.Drain(ctx); err != nil {
		return d.History(), err
	}
	return d.Story(ctx)
}

// newDriver prepares a run.
func newDriver(ctx context.Context, o Options) (*driver, error) {
	number, giveBack, err := port.Lend()
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(number))
	stage, err := NewStage(ctx, o.StageOptions, adminToken, "http://"+address)
	if err != nil {
		giveBack()
		return nil, err
	}
	d := &driver{Stage: stage, giveBack: giveBack, options: o, rand: rand.New(rand.NewPCG(o.Seed, 0))}
	d.spec = process.Spec{
		Path: o.Binary, Args: []string{"serve", "--listen", address, "--data", o.Data},
		Env: []string{
			"POSTHORN_LISTEN=" + address, "POSTHORN_DATA=" + o.Data, "POSTHORN_ADMIN_TOKEN=" + adminToken,
			"POSTHORN_ALLOW_NETWORKS=127.0.0.0/8", "POSTHORN_LOG_LEVEL=warn",
			"POSTHORN_RETRY_SCHEDULE=" + RetrySchedule, "TMPDIR=" + os.TempDir(),
		},
		Ready: "http://" + address + "/readyz", Within: 60 * time.Second, Grace: 20 * time.Second, Clock: o.Clock,
	}
	return d, nil
}

// RetrySchedule is what servers under test should follow: waits are short enough to see the end of them.
const RetrySchedule = "200ms,500ms,1s,1s,2s,2s,2s,2s,2s,2s"

// close ends what the run has started.
func (d *driver) close() {
	if d.server != nil {
		d.server.Stop()
	}
	d.Stage.Close()
	d.giveBack()
}

// launch starts the server on the data there is.
func (d *driver) launch(ctx context.Context) error {
	server, err := process.Start(ctx, d.spec)
	if err != nil {
		return err
	}
	d.server = server
	return nil
}
