package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// result is how every test of a run ended. Subtests count as tests of their own.
type result struct {
	ended  map[name]string
	events int
}

func newResult() *result { return &result{ended: map[name]string{}} }

func (r *result) add(e event) {
	r.events++
	if e.ends() {
		r.ended[e.name()] = e.Action
	}
	if e.Action == "build-fail" {
		r.ended[name{pkg: e.ImportPath}] = "fail"
	}
}

// bad reports whether something failed. A run without a single event is bad too: it tested nothing.
func (r *result) bad() bool {
	for _, action := range r.ended {
		if action == "fail" {
			return true
		}
	}
	return r.events == 0
}

// count returns the line that a build server reads.
func (r *result) count() string {
	n := map[string]int{}
	for t, action := range r.ended {
		if t.test != "" {
			n[action]++
		}
	}
	return fmt.Sprintf("%d passed, %d failed, %d skipped", n["pass"], n["fail"], n["skip"])
}

// missing returns why w is not fulfilled, or the empty string. A star stands for every test of the
// package: at least one must have passed and none may have skipped or failed.
func (r *result) missing(w name) string {
	if w.test != "*" {
		return verdict(r.ended[w])
	}
	why := verdict("")
	for t, action := range r.ended {
		if t.pkg != w.pkg || t.test == "" {
			continue
		}
		if action != "pass" {
			return t.test + ": " + verdict(action)
		}
		why = ""
	}
	return why
}

func verdict(action string) string {
	switch action {
	case "pass":
		return ""
	case "skip":
		return "skipped"
	case "fail":
		return "failed"
	default:
		return "did not run"
	}
}

// readList reads lines of "package test"; empty lines and what follows a # do not count.
func readList(path string) ([]name, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var list []name
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		text, _, _ := strings.Cut(lines.Text(), "#")
		switch f := strings.Fields(text); len(f) {
		case 0:
		case 2:
			list = append(list, name{f[0], f[1]})
		default:
			return nil, fmt.Errorf("%s: want \"package test\", got %q", path, text)
		}
	}
	return list, lines.Err()
}
