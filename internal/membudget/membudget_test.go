package membudget_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/membudget"
)

const kib = 1 << 10

func tenant(n int64) membudget.Owner {
	return membudget.Owner{Kind: membudget.Application, Key: n}
}

func resize(t *testing.T, l *membudget.Lease, bytes int64, fits bool) {
	t.Helper()
	if err := l.Resize(bytes); (err == nil) != fits || err != nil && fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%d bytes: got %v", bytes, err)
	}
}

func TestLeasesTogetherStayWithinTheBudget(t *testing.T) {
	t.Parallel()
	b := membudget.New(400 * kib)
	var leases [5]membudget.Lease
	for i := range leases {
		leases[i] = b.Lease(tenant(int64(i)))
		resize(t, &leases[i], membudget.Free+100*kib, i < 4)
	}

	resize(t, &leases[4], membudget.Free, true) // short requests go on
	leases[0].Release()
	resize(t, &leases[4], membudget.Free+100*kib, true)
	for i := range leases {
		leases[i].Release()
	}

	if held := b.Held(); held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
}

func TestOneOwnerHoldsNoMoreThanItsShare(t *testing.T) {
	t.Parallel()
	for kind, share := range map[membudget.Kind]int{membudget.Server: 4, membudget.Application: 2, membudget.Source: 2} {
		b := membudget.New(800 * kib)
		for i := range share + 1 {
			l := b.Lease(membudget.Owner{Kind: kind, Key: 1})
			resize(t, &l, membudget.Free+100*kib, i < share)
		}
		other := b.Lease(membudget.Owner{Kind: kind, Key: 2})
		resize(t, &other, membudget.Free+100*kib, true)
	}
}

func TestLoneRequestIsNeverRefused(t *testing.T) {
	t.Parallel()
	b := membudget.New(100 * kib)
	l := b.Lease(tenant(1))

	resize(t, &l, 30*kib, true)
	resize(t, &l, 900*kib, true)
	second := b.Lease(tenant(2))
	resize(t, &second, membudget.Free+1, false)
	resize(t, &l, 40*kib, true)
	resize(t, &second, membudget.Free+1, true)
}

func TestLeaseThatCannotGrowKeepsWhatItHas(t *testing.T) {
	t.Parallel()
	b := membudget.New(400 * kib)
	first, second := b.Lease(tenant(1)), b.Lease(tenant(1))
	resize(t, &first, membudget.Free+60*kib, true)

	resize(t, &second, membudget.Free+60*kib, false)

	if second.Held() != 0 || b.Held() != 60*kib {
		t.Errorf("the lease holds %d bytes, the budget %d", second.Held(), b.Held())
	}
}

func TestNilBudgetAndZeroLeaseHaveNoBound(t *testing.T) {
	t.Parallel()
	var b *membudget.Budget
	l := b.Lease(tenant(1))
	var zero membudget.Lease

	resize(t, &l, 1<<40, true)
	resize(t, &zero, 1<<40, true)
}
