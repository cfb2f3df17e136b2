package all_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

// vector is a request that somebody else has signed: the provider's documentation, or another language's library by
// a script that lies beside it.
type vector struct {
	From     string            `json:"from"` // title and address of the page, or the name of the script
	Provider string            `json:"provider"`
	Options  provider.Options  `json:"options"`
	Secrets  []string          `json:"secrets"`
	Method   string            `json:"method"`
	URL      string            `json:"url"`
	Query    string            `json:"query"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body"`
	At       time.Time         `json:"at"`
	Keys     map[string]string `json:"keys"` // documents by address, for schemes that fetch
	ID       string            `json:"id"`
	Type     string            `json:"type"`
	Answer   string            `json:"answer"` // of a handshake
}

func here() fs.FS { return os.DirFS(".") }

func vectors(t *testing.T) map[string]vector {
	t.Helper()
	names, err := fs.Glob(here(), "testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]vector{}
	for _, name := range names {
		text, err := fs.ReadFile(here(), name)
		if err != nil {
			t.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found[path.Base(name)] = v
	}
	return found
}

func (v vector) check() *provider.Check {
	c := &provider.Check{Options: v.Options, Keys: documents(v.Keys), Request: provider.Request{
		Method: v.Method, PublicURL: v.URL, Query: v.Query, Body: []byte(v.Body), ReceivedAt: v.At, Header: http.Header{},
	}}
	for name, value := range v.Headers {
		c.Request.Header.Set(name, value)
	}
	for _, s := range v.Secrets {
		c.Secrets = append(c.Secrets, provider.Secret(s))
	}
	return c
}

func TestRequestsSignedByOthersAreTaken(t *testing.T) {
	t.Parallel()

	for name, v := range vectors(t) {
		t.Run(name, func(t *testing.T) {
			p, err := all.Catalog().ByName(v.Provider)
			if err != nil {
				t.Fatal(err)
			}

			got, err := p.Judge(t.Context(), v.check())

			if err != nil {
				t.Fatal(err)
			}
			if got.ID != v.ID || got.Type != v.Type {
				t.Errorf("id %q, type %q", got.ID, got.Type)
			}
			if v.Answer != "" && (got.Reply == nil || string(got.Reply.Body) != v.Answer) {
				t.Errorf("answer: %+v", got.Reply)
			}
		})
	}
}

func TestEveryProviderHasAVector(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for name, v := range vectors(t) {
		have[v.Provider] = true
		script, scripted := strings.CutPrefix(v.From, "script ")
		if scripted {
			if _, err := fs.Stat(here(), "testdata/"+script); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if !strings.Contains(v.From, "https://") {
			t.Errorf("%s comes from nowhere: %q", name, v.From)
		}
	}

	for _, p := range all.Catalog().All() {
		if !have[p.Name] && p.Name != "none" {
			t.Errorf("%s has no vector", p.Name)
		}
	}
}
