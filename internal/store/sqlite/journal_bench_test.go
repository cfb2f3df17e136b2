package sqlite_test

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/internal/store/sqlite"
	"github.com/posthorn/posthorn/internal/store/storetest"
)

func BenchmarkPublishAndSettle(b *testing.B) { byGroup(b, storetest.BenchPublish) }

func BenchmarkReceive(b *testing.B) { byGroup(b, storetest.BenchReceive) }

// byGroup tells what it brings that several share a transaction.
func byGroup(b *testing.B, measure func(*testing.B, store.Store)) {
	b.Helper()
	for _, group := range []int{1, 16, 1024} {
		b.Run("group="+strconv.Itoa(group), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "posthorn.db"))
			sqlite.LimitGroup(s, group)
			measure(b, s)
		})
	}
}
