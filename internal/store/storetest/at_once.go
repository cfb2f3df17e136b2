package storetest

import "testing"

// atOnce calls do n times at the same time, each with its own number, and fails the test for the first
// error.
func atOnce(t *testing.T, n int, do func(i int) error) {
	t.Helper()
	for _, err := range resultsAtOnce(n, do) {
		check(t, err)
	}
}

// resultsAtOnce calls do n times at the same time and returns what each call returned.
func resultsAtOnce(n int, do func(i int) error) []error {
	start := make(chan struct{})
	type result struct {
		i   int
		err error
	}
	results := make(chan result)
	for i := range n {
		go func() {
			<-start
			results <- result{i, do(i)}
		}()
	}
	close(start)
	errs := make([]error, n)
	for range n {
		r := <-results
		errs[r.i] = r.err
	}
	return errs
}
