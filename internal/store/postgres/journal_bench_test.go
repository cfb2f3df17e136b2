package postgres_test

import (
	"strconv"
	"testing"

	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/internal/store/storetest"
)

// Cases differ in how many may share a transaction and in how many writers there are for settlements.
func BenchmarkPublishAndSettle(b *testing.B) {
	for _, of := range []struct{ group, settlers int }{{1, 2}, {16, 2}, {512, 1}, {512, 2}, {512, 4}} {
		b.Run("group="+strconv.Itoa(of.group)+",settlers="+strconv.Itoa(of.settlers), func(b *testing.B) {
			s := open(b, fresh(b))
			postgres.LimitGroup(s, of.group)
			postgres.UseSettlers(s, of.settlers)
			storetest.BenchPublish(b, s)
		})
	}
}

func BenchmarkReceive(b *testing.B) {
	for _, group := range []int{1, 16, 512} {
		b.Run("group="+strconv.Itoa(group), func(b *testing.B) {
			s := open(b, fresh(b))
			postgres.LimitGroup(s, group)
			storetest.BenchReceive(b, s)
		})
	}
}
