package crash_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

func TestSenderIsAskedToComeAgainWhileTheDiskIsFull(t *testing.T) {
	t.Parallel() // that is, once no server is under load any more
	s := harness.New(t)
	ballast := small(t, s.Data)
	s.Restart()
	t.Cleanup(func() { harness.Equal(t, "exit code", s.Stop(), 0) }) // before the file system goes
	i := newInbox(t, s)

	i.refuses(t, 200, 200<<10)

	harness.Check(t, os.Remove(ballast))
	harness.Equal(t, "sent again", i.send(t, "beyond 0", 200<<10), http.StatusOK)
	i.holds(t)
	i.goesOn(t)
	s.Kill()
	s.Restart()
	i.holds(t)
}

// small makes dir a file system of its own that is soon full, and returns a file in it whose removal makes room.
func small(t *testing.T, dir string) (ballast string) {
	t.Helper()
	harness.Check(t, os.MkdirAll(dir, 0o700))
	if err := syscall.Mount("posthorn-test", dir, "tmpfs", 0, "size=32m,mode=0700"); err != nil {
		t.Skipf("only root may make a disk that is soon full: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	ballast = filepath.Join(dir, "ballast")
	harness.Check(t, os.WriteFile(ballast, bytes.Repeat([]byte("x"), 12<<20), 0o600))
	return ballast
}
