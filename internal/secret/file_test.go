package secret_test

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
)

func TestKeyFileIsCreatedOnceAndForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encryption.key")

	first, created, err := secret.LoadOrCreate(path, rand.Reader)
	check(t, err)
	equal(t, created, true)
	second, created, err := secret.LoadOrCreate(path, rand.Reader)
	check(t, err)
	equal(t, created, false)

	opens(t, second, seal(t, first, "secret", "row:1"), "row:1", "secret")
	info, err := os.Stat(path)
	check(t, err)
	equal(t, info.Mode(), 0o600)
	equal(t, files(t, path), 1)
}

func TestKeyFileIsWhatTheEnvironmentVariableTakes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encryption.key")
	b, _, err := secret.LoadOrCreate(path, rand.Reader)
	check(t, err)

	text, err := os.ReadFile(path)

	check(t, err)
	opens(t, box(t, string(text)), seal(t, b, "secret", "row:1"), "row:1", "secret")
}

func TestConcurrentStartsAgreeOnOneKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encryption.key")
	boxes := make([]*secret.Box, 16)
	var creators atomic.Int32
	var wg sync.WaitGroup
	for i := range boxes {
		wg.Go(func() {
			b, created, err := secret.LoadOrCreate(path, rand.Reader)
			if err != nil {
				t.Error(err)
			}
			if created {
				creators.Add(1)
			}
			boxes[i] = b
		})
	}
	wg.Wait()

	equal(t, creators.Load(), 1)
	equal(t, files(t, path), 1)
	sealed := seal(t, boxes[0], "secret", "row:1")
	for _, b := range boxes {
		opens(t, b, sealed, "row:1", "secret")
	}
}

func TestKeyFileThatOthersCanReadIsRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o620, 0o666} {
		path := filepath.Join(t.TempDir(), "encryption.key")
		_, _, err := secret.LoadOrCreate(path, rand.Reader)
		check(t, err)
		check(t, os.Chmod(path, mode))

		_, _, err = secret.LoadOrCreate(path, rand.Reader)

		refuses(t, err, fault.Invalid, "key_file_exposed", "chmod 600 "+path)
	}
}

func TestDamagedKeyFileIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encryption.key")
	for _, text := range []string{"", "hunter2", "# nothing else\n", keyText()[:20], keyText() + "\n" + keyText()[:12], "\x00\xff\x7fELF", strings.Repeat("\x00", 200)} {
		check(t, os.WriteFile(path, []byte(text), 0o600))

		_, created, err := secret.LoadOrCreate(path, rand.Reader)

		refuses(t, err, fault.Invalid, "key_file_damaged", "The key file "+path)
		refuses(t, err, fault.Invalid, "key_file_damaged", "Restore the file from the backup")
		equal(t, strings.Contains(err.Error(), "openssl") || text != "" && strings.Contains(err.Error(), text), false)
		equal(t, created, false)
		kept, err := os.ReadFile(path)
		check(t, err)
		equal(t, string(kept), text)
	}
}

func TestKeyFileInAMissingFolderIsASentence(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "missing", "encryption.key")

	_, _, err := secret.LoadOrCreate(path, rand.Reader)

	refuses(t, err, fault.Unavailable, "key_file_unwritable", "POSTHORN_ENCRYPTION_KEY")
}

func TestFolderInPlaceOfTheKeyFileIsASentence(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encryption.key")
	check(t, os.Mkdir(path, 0o700))

	_, _, err := secret.LoadOrCreate(path, rand.Reader)

	refuses(t, err, fault.Unavailable, "key_file_unreadable", path)
	refuses(t, err, fault.Unavailable, "key_file_unreadable", "restore it from the backup")
}

func TestNothingIsLeftBehindWithoutRandomness(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encryption.key")
	broken := errors.New("no entropy")

	_, _, err := secret.LoadOrCreate(path, iotest.ErrReader(broken))

	equal(t, errors.Is(err, broken), true)
	equal(t, files(t, path), 0)
}

// files returns how many files lie in the folder of path.
func files(t *testing.T, path string) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	check(t, err)
	return len(entries)
}
