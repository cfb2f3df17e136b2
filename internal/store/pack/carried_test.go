package pack_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/store/pack"
)

func TestWhatIsCarriedComesBackAndNothingIsNULL(t *testing.T) {
	t.Parallel()
	for _, want := range []hook.Carried{
		{}, {Hops: 1}, {Hops: 1 << 20}, {Headers: map[string][]string{"A": {""}}}, {Hops: 7, Headers: map[string][]string{"A": {"\xff", "b"}, "": {}}},
		{ContentType: "text/plain"}, {Hops: 1, ContentType: "text/csv", Headers: map[string][]string{"A": {"b"}}},
	} {
		packed, got := pack.Carried(want), hook.Carried{Hops: 9}
		var value any = packed
		if packed == nil {
			value = nil
		}
		if err := pack.IntoCarried(&got).Scan(value); err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(want, got); diff != "" || (packed == nil) != want.IsZero() {
			t.Errorf("%x: got (+), want (-):\n%s", packed, diff)
		}
	}
}

func TestDamagedCarriedIsAnErrorAndNoPanic(t *testing.T) {
	t.Parallel()
	whole := pack.Carried(hook.Carried{Hops: 1, Headers: map[string][]string{"Name": {"one", "two"}}})
	for cut := range len(whole) {
		if cut == 1 {
			continue // the hops alone are whole
		}
		var got hook.Carried
		if err := pack.IntoCarried(&got).Scan(whole[:cut]); err == nil {
			t.Errorf("%d bytes of %d are read as %+v", cut, len(whole), got)
		}
	}
}
