package all_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

// worked is an example of the guide on senders that are not listed.
type worked struct {
	title    string
	source   workedSource
	requests []workedRequest
}

type workedSource struct {
	Provider string
	Secrets  []provider.Secret
	Options  provider.Options
	Methods  []string
}

// workedRequest is a request of an example and the sentence that says what becomes of it.
type workedRequest struct {
	request provider.Request
	outcome string
}

// guide returns the examples of the guide: headings that are followed by a source and at least one request.
func guide(t *testing.T) []worked {
	t.Helper()
	text, err := os.ReadFile("../../../docs/guides/generic-senders.md")
	if err != nil {
		t.Fatal(err)
	}
	var examples []worked
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		title, rest, _ := strings.Cut(section, "\n")
		blocks := regexp.MustCompile("(?s)```(json|http)\n(.*?)\n```\n\n([^\n]*)").FindAllStringSubmatch(rest, -1)
		if len(blocks) == 0 {
			continue
		}
		example := worked{title: title}
		for _, block := range blocks {
			if block[1] == "json" {
				if err := json.Unmarshal([]byte(block[2]), &example.source); err != nil {
					t.Fatalf("%s: %v", title, err)
				}
				continue
			}
			example.requests = append(example.requests, workedRequest{requestOf(block[2]), block[3]})
		}
		examples = append(examples, example)
	}
	return examples
}

// requestOf reads a request as the guide writes it.
func requestOf(text string) provider.Request {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, address, _ := strings.Cut(lines[0], " ")
	public, query, _ := strings.Cut(address, "?")
	r := provider.Request{Method: method, PublicURL: public, Query: query, Header: http.Header{}, Body: []byte(body), ReceivedAt: noon()}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	return r
}

// judge returns what the example's source makes of a request.
func (w worked) judge(t *testing.T, r provider.Request) (provider.Verdict, error) {
	t.Helper()
	p, err := all.Catalog().ByName(w.source.Provider)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Setup(w.source.Secrets, w.source.Options); err != nil {
		t.Fatal(err)
	}
	if len(w.source.Methods) > 0 {
		p.Methods = w.source.Methods
	}
	return p.Judge(t.Context(), &provider.Check{Request: r, Secrets: w.source.Secrets, Options: w.source.Options})
}

func TestEveryExampleOfTheGuideIsAcceptedAsItSays(t *testing.T) {
	t.Parallel()
	examples := guide(t)
	kinds := map[string]bool{}

	for _, example := range examples {
		t.Run(example.title, func(t *testing.T) {
			for _, one := range example.requests {
				got, err := example.judge(t, one.request)
				if err != nil {
					t.Fatal(err)
				}
				if told := outcomeOf(got); told != one.outcome {
					t.Errorf("the guide says %q, the verifier %q", one.outcome, told)
				}
			}
		})
		kinds[example.title] = len(example.requests) > 0
	}

	if len(kinds) < 6 {
		t.Errorf("%d examples: %v", len(kinds), kinds)
	}
}

// An example that any request would pass shows nothing.
func TestEveryExampleOfTheGuideRefusesAnotherProof(t *testing.T) {
	t.Parallel()

	for _, example := range guide(t) {
		for _, one := range example.requests {
			if strings.Contains(one.outcome, "without proof") {
				continue
			}
			forged := one.request
			forged.Header = http.Header{"Content-Type": one.request.Header["Content-Type"]}
			forged.Query, forged.Body = "", []byte(strings.ReplaceAll(string(forged.Body), "acme-token-1", "acme-token-2"))
			if got, err := example.judge(t, forged); err == nil {
				t.Errorf("%s: accepted %+v", example.title, got)
			}
		}
	}
}

// outcomeOf says what became of a request in the words of the guide.
func outcomeOf(v provider.Verdict) string {
	switch {
	case v.Reply != nil && len(v.Reply.Body) > 0:
		return "Answered with `" + string(v.Reply.Body) + "`, and not stored."
	case v.ID != "" && v.Type != "":
		return "Accepted with id `" + v.ID + "` and type `" + v.Type + "`."
	case v.Type != "":
		return "Accepted with type `" + v.Type + "`."
	}
	return "Accepted with id `" + v.ID + "`."
}
