package pack_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/store/pack"
)

func TestHeadersComeBackByteForByte(t *testing.T) {
	t.Parallel()
	text := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 200), func(raw []byte) string { return string(raw) })
	headers := rapid.MapOfN(text, rapid.SliceOfN(text, 0, 4), 0, 6)

	rapid.Check(t, func(t *rapid.T) {
		want := headers.Draw(t, "header")
		var got map[string][]string
		if err := pack.IntoHeader(&got).Scan(pack.Header(want)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestADamagedHeaderIsAnErrorAndNoPanic(t *testing.T) {
	t.Parallel()
	whole := pack.Header(map[string][]string{"X-One": {"a", "b"}})
	var got map[string][]string

	for n := 1; n < len(whole); n++ {
		if err := pack.IntoHeader(&got).Scan(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes were read as %v", n, len(whole), got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		_ = pack.IntoHeader(&got).Scan(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	})
	if err := pack.IntoHeader(&got).Scan("text"); err == nil {
		t.Error("a text was read")
	}
	if err := pack.IntoHeader(&got).Scan(nil); err != nil || got != nil {
		t.Errorf("NULL was read as %v, %v", got, err)
	}
}
