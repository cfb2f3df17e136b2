package provider_test

import (
	"bytes"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func TestHexWithDashesIsReadWithAllOfThemOrNone(t *testing.T) {
	t.Parallel()
	want := []byte{0x0a, 0xff, 0x10}
	for _, text := range []string{"0A-FF-10", "0a-ff-10", "0aff10"} {
		if got := provider.DashedHex.Decode(text); !bytes.Equal(got, want) {
			t.Errorf("%q: got %x", text, got)
		}
	}
	for _, text := range []string{"0A-FF10", "0AFF-10", "0A-FF-10-", "-0A-FF-10", "0A--FF10", "0A FF 10", "0A-FF-1G", "0-AF-F1", "0A-FF-\n1"} {
		if got := provider.DashedHex.Decode(text); got != nil {
			t.Errorf("%q: got %x", text, got)
		}
	}
}
