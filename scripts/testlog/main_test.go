package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const log = `{"Action":"start","Package":"github.com/posthorn/posthorn/internal/a"}
{"Action":"output","Package":"github.com/posthorn/posthorn/internal/a","Test":"TestGood","Output":"chatter of a good test\n"}
{"Action":"pass","Package":"github.com/posthorn/posthorn/internal/a","Test":"TestGood","Elapsed":0.1}
{"Action":"output","Package":"github.com/posthorn/posthorn/internal/a","Test":"TestShy","Output":"needs a broker\n"}
{"Action":"skip","Package":"github.com/posthorn/posthorn/internal/a","Test":"TestShy","Elapsed":0}
a complaint of the go command
{"Action":"pass","Package":"github.com/posthorn/posthorn/internal/a","Elapsed":0.2}
`

const failure = `{"Action":"output","Package":"github.com/posthorn/posthorn/internal/b","Test":"TestHung","Output":"goroutine dump\n"}
{"Action":"fail","Package":"github.com/posthorn/posthorn/internal/b","Elapsed":60}
`

func TestFollowShowsSkipsFailuresAndACount(t *testing.T) {
	t.Parallel()
	var out strings.Builder

	err := follow(os.DevNull, strings.NewReader(log+failure), &out)

	if err == nil {
		t.Error("a failed package is no error")
	}
	for _, want := range []string{"needs a broker", "a complaint", "goroutine dump", "\n1 passed, 0 failed, 1 skipped\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not shown:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "chatter") {
		t.Errorf("the output of a good test is shown:\n%s", out.String())
	}
}

func TestFollowKeepsEveryLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")

	if err := follow(path, strings.NewReader(log), &strings.Builder{}); err != nil {
		t.Fatal(err)
	}

	kept, err := os.ReadFile(path)
	if err != nil || string(kept) != log {
		t.Errorf("kept %q, error %v", kept, err)
	}
}

func TestFollowFailsWhenNothingRan(t *testing.T) {
	t.Parallel()

	if err := follow(os.DevNull, strings.NewReader(""), &strings.Builder{}); err == nil {
		t.Error("an empty run is no error")
	}
}

func TestCheckWantsEveryListedTestToHavePassed(t *testing.T) {
	t.Parallel()
	for list, good := range map[string]bool{
		"internal/a TestGood # reason\n\n": true,
		"internal/a TestShy":               false,
		"internal/a TestGone":              false,
		"internal/a *":                     false,
		"internal/gone *":                  false,
		"internal/a":                       false,
	} {
		path := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
			t.Fatal(err)
		}

		err := check(path, strings.NewReader(log), &strings.Builder{})

		if (err == nil) != good {
			t.Errorf("list %q: %v", list, err)
		}
	}
}
