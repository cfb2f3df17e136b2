package deliver_test

import (
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/deliver"
)

func TestSearchWithTheLeastSlackIsMade(t *testing.T) {
	t.Parallel()

	if slack := deliver.NextSearch(15*time.Minute, 0, time.Minute); slack != 0 {
		t.Errorf("the search has a slack of %s", slack)
	}
}
