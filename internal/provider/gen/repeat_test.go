package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

// row returns what the page of a provider says about repetitions.
func row(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "reference", "providers", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n| repetitions by | ")
	if !found {
		t.Fatalf("the page of %s says nothing about repetitions", name)
	}
	by, _, _ := strings.Cut(rest, " |\n")
	return by
}

// internal/receive takes nothing for a repetition that is neither signed nor named, whatever its body.
func TestPageOfWhatSignsNothingPromisesNoRepetitionsByBody(t *testing.T) {
	t.Parallel()
	for _, p := range all.Catalog().All() {
		by := row(t, p.Name)
		unsigned, signed := 0, 0
		for _, o := range p.Variants() {
			f, err := p.FactsOf(o)
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Signs) == 0 {
				unsigned++
			} else {
				signed++
			}
		}
		if nothing := strings.Count(by, "nothing"); unsigned > 0 && nothing != unsigned && (signed > 0 || nothing != 1) {
			t.Errorf("%s: %s", p.Name, by)
		}
		if strings.Contains(by, "body") && signed == 0 {
			t.Errorf("%s promises the body: %s", p.Name, by)
		}
		if p.ID.None() && strings.Contains(by, "id") && !strings.Contains(by, "nothing, unless") || !p.ID.None() && p.Dedupe == provider.DedupeByID && !strings.Contains(by, "id") {
			t.Errorf("%s: %s", p.Name, by)
		}
	}
}

func TestPagesSayWhatARepetitionIs(t *testing.T) {
	t.Parallel()
	const nothing = "nothing, unless the source's `dedupe` says so"
	for name, want := range map[string]string{
		"stripe": "id, or body where there is none", "github": "body", "shopify": "body and type; the type is not signed",
		"telegram": "id; where there is none, " + nothing, "opsgenie": nothing, "dropbox": nothing,
		"gitlab": "with `scheme` = `token`: id; where there is none, " + nothing + "; with `scheme` = `signature`: id, or body where there is none",
	} {
		if got := row(t, name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// The note stands on the same page and must not promise what the row denies.
func TestNoteOfWhatSignsNothingPromisesNoRepetitionsByBody(t *testing.T) {
	t.Parallel()

	for _, p := range all.Catalog().All() {
		f, err := p.FactsOf(p.Variants()[0])
		if err != nil {
			t.Fatal(err)
		}
		by := p.Dedupe == provider.DedupeByBody && p.ID.None()
		if len(f.Signs) == 0 && (by || strings.Contains(p.Note, "by its body")) {
			t.Errorf("%s: %s", p.Name, p.Note)
		}
	}
}

func TestPageSaysHowLongAnEventIsRemembered(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]string{"github": "1 hour", "aws-sns": "7 days", "stripe": ""} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "reference", "providers", name+".md"))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), "\n| remembered for | ")
		if got, _, _ := strings.Cut(rest, ","); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
