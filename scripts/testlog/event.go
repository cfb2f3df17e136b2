package main

import (
	"encoding/json"
	"strings"
)

const module = "github.com/posthorn/posthorn/"

// event is one line of `go test -json`; `go doc test2json` and `go help buildjson` explain the fields.
type event struct {
	Action     string
	Package    string
	ImportPath string // of a build event
	Test       string
	Elapsed    float64
	Output     string
}

// name is one test of one package; an empty test stands for the package itself.
type name struct{ pkg, test string }

func (e event) name() name { return name{strings.TrimPrefix(e.Package, module), e.Test} }

// ends reports whether e says how a test or a package ended.
func (e event) ends() bool {
	return e.Action == "pass" || e.Action == "fail" || e.Action == "skip"
}

func pass(line []byte, other func(string), takers []func(event)) {
	var e event
	if json.Unmarshal(line, &e) != nil {
		other(string(line))
		return
	}
	for _, take := range takers {
		take(e)
	}
}
