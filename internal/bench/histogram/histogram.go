// Package histogram counts durations in buckets whose width grows with the value, so that a quantile
// over millions of samples costs a fixed 40 KB and is never off by more than one part in 128. The idea
// is that of HdrHistogram (hdrhistogram.org); it is small enough here to need no library.
package histogram

import (
	"math"
	"math/bits"
	"time"
)

// subBits says how finely each power of two is cut: into 128 buckets.
const subBits = 7

// limit is the longest duration told apart from longer ones: about 73 minutes.
const limit = 1<<42 - 1

// Histogram counts durations. The zero value is empty and ready. It is not safe for concurrent use.
type Histogram struct {
	counts [(42-subBits-1)<<subBits + 2<<subBits]uint64
	total  uint64
	max    time.Duration
}

// Record counts d. A negative duration counts as zero.
func (h *Histogram) Record(d time.Duration) {
	d = max(d, 0)
	h.counts[index(uint64(min(d, limit)))]++
	h.total++
	h.max = max(h.max, d)
}

// Count returns how many durations were recorded.
func (h *Histogram) Count() uint64 { return h.total }

// Max returns the longest duration recorded, exactly.
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile returns a duration that the share q of all samples does not exceed, rounded up to the end
// of its bucket; zero when nothing was recorded.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.total == 0 {
		return 0
	}
	rank := max(uint64(math.Ceil(q*float64(h.total))), 1)
	var seen uint64
	for i, n := range h.counts {
		if seen += n; seen >= rank {
			return min(highest(i), h.max)
		}
	}
	return h.max
}

// index returns the bucket of v. Values below 256 have a bucket each; above, the leading eight bits
// choose one of 128 buckets within their power of two.
func index(v uint64) int {
	shift := max(bits.Len64(v)-(subBits+1), 0)
	return shift<<subBits + int(v>>shift)
}

// highest returns the largest value that falls into bucket i.
func highest(i int) time.Duration {
	shift := max(i>>subBits-1, 0)
	mantissa := i - shift<<subBits
	return time.Duration((mantissa+1)<<shift - 1)
}

// Add counts everything that other has counted.
func (h *Histogram) Add(other *Histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.total += other.total
	h.max = max(h.max, other.max)
}
