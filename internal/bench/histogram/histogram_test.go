package histogram_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/bench/histogram"
)

func TestEmptyHistogramHasNoQuantiles(t *testing.T) {
	t.Parallel()
	var h histogram.Histogram

	got := h.Quantile(0.99)

	if got != 0 || h.Max() != 0 || h.Count() != 0 {
		t.Fatalf("quantile %v, max %v, count %d of nothing", got, h.Max(), h.Count())
	}
}

func TestQuantileIsWithinOnePart128OfTheSortedSamples(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		samples := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Hour)), 1, 300).Draw(t, "samples")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		var h histogram.Histogram
		for _, s := range samples {
			h.Record(time.Duration(s))
		}

		got := h.Quantile(q)

		slices.Sort(samples)
		rank := max(int(float64(len(samples))*q+0.999999999), 1)
		want := time.Duration(samples[min(rank, len(samples))-1])
		if got < want || got > want+want/128+1 {
			t.Fatalf("quantile %v is %v, the sorted samples say %v", q, got, want)
		}
	})
}

func TestLongestDurationIsExactAndVeryLongOnesDoNotOverflow(t *testing.T) {
	t.Parallel()
	var h histogram.Histogram

	h.Record(-time.Second)
	h.Record(200 * time.Hour)

	if h.Max() != 200*time.Hour || h.Quantile(0.5) != 0 {
		t.Fatalf("max %v, median %v", h.Max(), h.Quantile(0.5))
	}
}
