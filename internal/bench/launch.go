package bench

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/posthorn/posthorn/internal/bench/database"
	"github.com/posthorn/posthorn/internal/bench/process"
	"github.com/posthorn/posthorn/internal/fault"
)

// withServer calls use with the server under test, which it starts and stops unless one was given.
func (l *lab) withServer(ctx context.Context, use func(*subject) error) error {
	if l.config.BaseURL != "" {
		server, err := l.given()
		if err != nil {
			return err
		}
		return use(server)
	}
	dir, err := os.MkdirTemp("", "posthorn-bench-")
	if err != nil {
		return fault.New(fault.Unavailable, "no_folder", "No temporary folder can be made; set TMPDIR.").Because(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is in the temporary folder
	return l.withDatabase(ctx, func(d *database.Database) error {
		server, err := l.startServer(ctx, dir, d)
		if err != nil {
			return err
		}
		defer server.stop()
		return use(server)
	})
}

// withDatabase calls use with a new database if the servers are to have one, and drops it afterwards.
func (l *lab) withDatabase(ctx context.Context, use func(*database.Database) error) error {
	if l.config.Database == "" {
		return use(nil)
	}
	d, err := database.Create(ctx, l.config.Database)
	if err != nil {
		return err
	}
	return errors.Join(use(d), d.Drop(ctx))
}

// given returns the server that runs already.
func (l *lab) given() (*subject, error) {
	u, err := url.Parse(l.config.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("read the address of the server: %w", err)
	}
	address := u.Host
	if u.Port() == "" {
		address += ":80"
	}
	return &subject{
		name: "server", token: l.config.Token, nodes: []*node{{address: address, pid: l.config.ServerPID}},
	}, nil
}

// startServer starts our own binary, once for each node, on free ports with its data below dir.
func (l *lab) startServer(ctx context.Context, dir string, d *database.Database) (*subject, error) {
	s := &subject{name: "server", token: "ph_" + hex.EncodeToString(random(24)), database: d}
	for n := range l.config.Nodes {
		address, err := process.FreeAddress(ctx)
		if err != nil {
			return nil, err
		}
		s.nodes = append(s.nodes, &node{address: address, data: filepath.Join(dir, "data"+strconv.Itoa(n+1))})
	}
	s.settings = []string{
		"POSTHORN_ADMIN_TOKEN=" + s.token, "POSTHORN_ALLOW_NETWORKS=127.0.0.0/8", "POSTHORN_LOG_LEVEL=warn", "TMPDIR=" + os.TempDir(),
	}
	if d != nil {
		s.settings = append(s.settings, "POSTHORN_DATABASE_URL="+d.URL(),
			"POSTHORN_ENCRYPTION_KEY="+base64.StdEncoding.EncodeToString(random(32)))
	}
	return s, l.launch(ctx, s)
}

// launch starts all nodes of s at once, for the first time or again on the same data. If one does not
// start, the others end.
func (l *lab) launch(ctx context.Context, s *subject) error {
	group, starting := errgroup.WithContext(ctx)
	for _, n := range s.nodes {
		group.Go(func() error { return l.launchNode(starting, s, n) })
	}
	err := group.Wait()
	if err != nil {
		s.kill()
	}
	return err
}

// launchNode starts one process. Its token and the URL of its database are in its environment and not among
// the arguments, which every user of the machine can read.
func (l *lab) launchNode(ctx context.Context, s *subject, n *node) error {
	child, err := process.Start(ctx, process.Spec{
		Path: l.config.Binary, Args: []string{"serve", "--listen", n.address, "--data", n.data},
		Env: l.environment(s, n), Ready: "http://" + n.address + "/readyz",
		Within: 60 * time.Second, Grace: 30 * time.Second, Clock: l.config.Clock,
	})
	if err != nil {
		return err
	}
	n.child, n.pid = child, child.PID()
	return nil
}

// environment returns the settings of a node.
func (l *lab) environment(s *subject, n *node) []string {
	own := []string{"POSTHORN_LISTEN=" + n.address, "POSTHORN_DATA=" + n.data}
	return append(append(own, s.settings...), l.config.ServerEnv...)
}
