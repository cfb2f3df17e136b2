package egress_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain holds that closed clients leave no goroutine behind, whatever their receivers did.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
