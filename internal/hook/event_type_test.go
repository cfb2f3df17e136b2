package hook_test

import (
	"slices"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
)

func TestVersionsAreOrderedAsNumbersBehindTexts(t *testing.T) {
	t.Parallel()
	versions := []string{"10", "9", "draft", "1", "01", "beta"}

	slices.SortFunc(versions, hook.CompareVersions)

	if want := []string{"beta", "draft", "01", "1", "9", "10"}; !slices.Equal(versions, want) {
		t.Errorf("got %v, want %v", versions, want)
	}
}
