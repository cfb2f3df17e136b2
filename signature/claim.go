package signature

import (
	"net/http"
	"strconv"
	"strings"
)

// claim is what the headers of a request say about it, before anything is believed.
type claim struct {
	id         string
	timestamp  int64
	candidates []string
}

// readClaim reads the headers without looking at a key.
func readClaim(header http.Header) (claim, error) {
	id, stamp, list := pickFamily(header)
	if id == "" || stamp == "" || list == "" {
		return claim{}, ErrMissingHeader
	}
	if strings.Contains(id, ".") { // such an id could hide another timestamp: "id.1." + "2.body" = "id." + "1.2.body"
		return claim{}, ErrMalformedID
	}
	timestamp, err := parseTimestamp(stamp)
	if err != nil {
		return claim{}, err
	}
	candidates, err := splitCandidates(list)
	return claim{id, timestamp, candidates}, err
}

// pickFamily returns the three values of the first complete family of names.
func pickFamily(h http.Header) (id, timestamp, signatures string) {
	id, timestamp, signatures = h.Get(HeaderID), h.Get(HeaderTimestamp), h.Get(HeaderSignature)
	if id != "" && timestamp != "" && signatures != "" {
		return id, timestamp, signatures
	}
	return h.Get(SvixHeaderID), h.Get(SvixHeaderTimestamp), h.Get(SvixHeaderSignature)
}

// parseTimestamp reads Unix seconds in exactly the spelling that Sign writes: digits only, no sign, no
// leading zero. The number is signed, not its text, so a second spelling would be a second valid text.
func parseTimestamp(s string) (int64, error) {
	const mostDigits = 12 // until the year 33658
	if len(s) > mostDigits {
		return 0, ErrMalformedTimestamp
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		return 0, ErrMalformedTimestamp
	}
	return n, nil
}

// splitCandidates returns the signatures of the list, of whatever scheme.
func splitCandidates(list string) ([]string, error) {
	candidates := make([]string, 0, 4)
	for s := range strings.SplitSeq(list, " ") {
		if s == "" {
			continue
		}
		if len(candidates) == MaxCandidates {
			return nil, ErrTooManyCandidates
		}
		candidates = append(candidates, s)
	}
	return candidates, nil
}
