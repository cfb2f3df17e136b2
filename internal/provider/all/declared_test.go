package all_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/bodypath"
	"github.com/posthorn/posthorn/internal/provider"
	"github.com/posthorn/posthorn/internal/provider/all"
)

func TestEveryDeclarationIsComplete(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}

	for _, p := range all.Catalog().All() {
		if !name.MatchString(p.Name) || seen[p.Name] || p.Title == "" {
			t.Errorf("%q: the name is malformed or taken, or there is no title", p.Name)
		}
		seen[p.Name] = true
		if len(p.Pages) == 0 && p.Name != "none" {
			t.Errorf("%s: no page that its facts come from", p.Name)
		}
		for _, page := range p.Pages {
			if page.Title == "" || !strings.HasPrefix(page.URL, "https://") {
				t.Errorf("%s: page %+v", p.Name, page)
			}
		}
		if p.Answer.ContentType != "" && !slices.Contains([]string{provider.Text, provider.JSON, provider.XML}, p.Answer.ContentType) {
			t.Errorf("%s: answers as %s", p.Name, p.Answer.ContentType)
		}
		for _, o := range p.Options {
			if o.Meaning == "" || len(o.Values) > 0 && o.Default != "" && !slices.Contains(o.Values, o.Default) {
				t.Errorf("%s: option %+v", p.Name, o)
			}
		}
	}
}

// A timestamp that is not signed can be written anew by whoever replays the request.
func TestEveryTimestampIsSigned(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		f := s.facts(t)
		if !f.Timed || strings.HasPrefix(f.Family, "JWT") {
			continue
		}
		if !f.Covers(provider.Timestamp()) && !f.Covers(f.Stamp.From) {
			t.Errorf("%s: signs %s", s.name(), f.Formula())
		}
	}
}

func TestEveryProviderHasASampleOfEachVariant(t *testing.T) {
	t.Parallel()

	for _, p := range all.Catalog().All() {
		for _, want := range p.Variants() {
			if !slices.ContainsFunc(samples(), func(s sample) bool { return s.provider == p.Name && within(want, s.options) }) {
				t.Errorf("%s: no sample with options %v", p.Name, want)
			}
		}
	}
}

func within(some, more provider.Options) bool {
	for k, v := range some {
		if more[k] != v {
			return false
		}
	}
	return true
}

func TestEverySecretOfASampleIsAcceptedAtSetup(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		if s.secret == "" {
			continue
		}
		for _, secret := range []string{s.secret, s.foreign} {
			if err := s.declared(t).Setup([]provider.Secret{provider.Secret(secret)}, s.options); err != nil {
				t.Errorf("%s: %v", s.name(), err)
			}
		}
		if err := s.declared(t).Setup([]provider.Secret{" "}, s.options); err == nil {
			t.Errorf("%s takes a blank secret", s.name())
		}
	}
}

// A variant that no option value names must not fall back to any scheme.
func TestUnknownVariantsAreRefused(t *testing.T) {
	t.Parallel()

	for _, s := range samples() {
		p := s.declared(t)
		if p.Choose == nil || len(p.Variants()[0]) == 0 {
			continue
		}
		c := s.good(t)
		c.Options = provider.Options{}
		for name := range p.Variants()[0] {
			c.Options[name] = "newer"
		}
		if got, err := p.Judge(t.Context(), c); err == nil {
			t.Errorf("%s: %+v", s.name(), got)
		}
	}
}

func TestUnknownProvidersAreRefused(t *testing.T) {
	t.Parallel()

	if _, err := all.Catalog().ByName("stale"); err == nil {
		t.Error("there is a provider named stale")
	}
	if _, err := (provider.Provider{}).Judge(t.Context(), &provider.Check{Request: provider.Request{Method: http.MethodPost}}); err == nil {
		t.Error("a provider without a scheme accepts")
	}
}

// A provider whose file exists but that nobody listed would be missing without anything failing.
func TestEveryDeclarationIsListed(t *testing.T) {
	t.Parallel()
	declared := 0

	files := parseFolder(t)
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && returnsProvider(fn) {
				declared++
			}
		}
	}

	if listed := len(all.Catalog().All()); declared != listed {
		t.Errorf("%d providers are declared, %d are listed", declared, listed)
	}
}

func parseFolder(t *testing.T) []*ast.File {
	t.Helper()
	names, err := fs.Glob(here(), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := []*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

func TestEveryDeclaredPathIsWellFormed(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, file := range parseFolder(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 || !slices.Contains([]string{"JSONPath", "each"}, nameOf(call.Fun)) {
				return true
			}
			if path, ok := call.Args[0].(*ast.BasicLit); ok {
				text, err := strconv.Unquote(path.Value)
				if err == nil {
					_, err = bodypath.Parse(text)
				}
				if err != nil {
					t.Errorf("%s: %v", path.Value, err)
				}
				seen++
			}
			return true
		})
	}
	if seen < 100 {
		t.Errorf("only %d paths were found", seen)
	}
}

// nameOf returns the last name of a function that is called.
func nameOf(fn ast.Expr) string {
	switch fn := fn.(type) {
	case *ast.SelectorExpr:
		return fn.Sel.Name
	case *ast.Ident:
		return fn.Name
	}
	return ""
}

// returnsProvider reports whether a function takes nothing and returns a provider.
func returnsProvider(fn *ast.FuncDecl) bool {
	results := fn.Type.Results
	if fn.Recv != nil || len(fn.Type.Params.List) > 0 || results == nil || len(results.List) != 1 {
		return false
	}
	s, ok := results.List[0].Type.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "Provider"
}
