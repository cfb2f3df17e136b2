package deliver_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain holds that an engine that was stopped leaves no goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
