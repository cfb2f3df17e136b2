package hostile_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets many tests run at once, whatever the number of processors: nearly all of their time they
// wait for a server to lose its patience. A -parallel on the command line still counts.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "100"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
