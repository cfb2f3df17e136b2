// Command testlog reads what `go test -json` prints, shows a person the part that matters, and keeps the
// whole. Failures and skips are shown aloud, and one closing line counts what ran.
//
// With -require it reads that log instead and checks a list of tests that must have run and passed: a
// test that skips where it must not, or that was deleted or renamed by mistake, is silent otherwise.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

var errFailed = errors.New("tests failed")

func main() {
	log := flag.String("log", os.DevNull, "keep all events in this `file`")
	require := flag.String("require", "", "read the log, and check that the tests listed in this `file` passed")
	flag.Parse()
	if err := run(*log, *require); err != nil {
		fmt.Fprintln(os.Stderr, "testlog:", err)
		os.Exit(1)
	}
}

func run(log, require string) error {
	if require == "" {
		return follow(log, os.Stdin, os.Stdout)
	}
	kept, err := os.Open(log)
	if err != nil {
		return err
	}
	defer func() { _ = kept.Close() }()
	return check(require, kept, os.Stdout)
}

// follow shows a run while it happens.
func follow(keep string, in io.Reader, out io.Writer) (err error) {
	log, err := os.Create(keep)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	r := newResult()
	s := newScreen(out)
	if err := read(io.TeeReader(in, log), s.line, r.add, s.show); err != nil {
		return err
	}
	s.close(r)
	if r.bad() {
		return errFailed
	}
	return nil
}

// check reads a kept run and compares it with the list of tests that must have passed.
func check(list string, in io.Reader, out io.Writer) error {
	wanted, err := readList(list)
	if err != nil {
		return err
	}
	r := newResult()
	if err := read(in, func(string) {}, r.add); err != nil {
		return err
	}
	missing := 0
	for _, w := range wanted {
		if why := r.missing(w); why != "" {
			fmt.Fprintf(out, "must run and pass: %s %s: %s\n", w.pkg, w.test, why)
			missing++
		}
	}
	fmt.Fprintln(out, r.count())
	if missing > 0 {
		return fmt.Errorf("%d of %d tests of %s did not run and pass", missing, len(wanted), list)
	}
	return nil
}

// read hands every event of in to each of takers, and every line that is no event to other.
func read(in io.Reader, other func(string), takers ...func(event)) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			pass(line, other, takers)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
