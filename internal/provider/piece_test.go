package provider_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

// A declaration that holds a mistake, or text of a user, must not be evaluated.
func TestPieceWithAPathThatIsAProgramRefuses(t *testing.T) {
	t.Parallel()
	c := check(`{"a":[1,2]}`)

	for _, path := range []string{"[@this,@this]|[@this,@this]", "a|0", "", "@this"} {
		if got, err := provider.JSONPath(path).Read(c); !errors.Is(err, provider.BadOption) {
			t.Errorf("%s: got %q, %v", path, got, err)
		}
		if _, err := provider.Place("json:" + path); err == nil {
			t.Errorf("%s: the rule is taken", path)
		}
	}
}

func TestPiecesAreFoundWhereTheyStand(t *testing.T) {
	t.Parallel()
	c := check(`{"a":{"b":[{"id":7},{"id":8}]},"n":null}`, "X-One", "1")
	c.Request.Query = "q=x%20y&twice=1&twice=2"

	for want, p := range map[string]provider.Piece{
		"1": provider.Header("x-one"), "x y": provider.Query("q"), "7": provider.JSONPath("a.b.0.id"), "[7,8]": provider.JSONPath("a.b.#.id"),
		"1/7": provider.Joined("/", provider.Header("X-One"), provider.JSONPath("a.b.0.id")),
		"8":   provider.FirstOf(provider.Header("X-Two"), provider.JSONPath("n"), provider.JSONPath("a.b.1.id")),
		"":    provider.Optional(provider.Header("X-Two")), "POST": provider.Method(),
		"https://hooks.example.com/in/key?q=x%20y&twice=1&twice=2": provider.Address(),
	} {
		got, err := p.Read(c)
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", p, got, err, want)
		}
	}
	_, err := provider.Query("twice").Read(c)
	refused(t, "a parameter that stands twice", err, provider.Repeated)
	_, err = provider.Joined("/", provider.Header("X-One"), provider.Header("X-Two")).Read(c)
	refused(t, "half of it missing", err, provider.Missing)
}

func TestFormsAreReadInEitherEncoding(t *testing.T) {
	t.Parallel()
	part := func(name, more, text string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more + "\r\n\r\n" + text + "\r\n"
	}
	encoded := check("a=x+y&b=2", "Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	multi := check(part("file", `; filename="a"`, "data")+part("a", "", "x y")+"--b--\r\n", "Content-Type", `multipart/form-data; boundary="b"`)

	for _, c := range []*provider.Check{encoded, multi} {
		if got, err := provider.Form("a").Read(c); err != nil || got != "x y" {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestFormsAreReadAsTheURLStandardSays(t *testing.T) {
	t.Parallel()
	c := check("a=1;2&b=100%&c=%zz&d=caf%E9", "Content-Type", "application/x-www-form-urlencoded; charset=iso-8859-1")
	c.Request.Query = "q=1;2&r=%"

	for want, p := range map[string]provider.Piece{
		"1;2": provider.Form("a"), "100%": provider.Form("b"), "%zz": provider.Form("c"), "café": provider.Form("d"), "%": provider.Query("r"),
	} {
		if got, err := p.Read(c); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", p, got, err, want)
		}
	}
}

// S24: a body that is made to be expensive.
func TestExpensiveBodiesAreGivenUpOn(t *testing.T) {
	t.Parallel()
	part := "--b\r\nContent-Disposition: form-data; name=\"n\"; filename=\"f\"\r\n\r\nx\r\n"
	for name, c := range map[string]*provider.Check{
		"many parts":  check(strings.Repeat(part, 10_000)+"--b--\r\n", "Content-Type", "multipart/form-data; boundary=b"),
		"no boundary": check(part, "Content-Type", "multipart/form-data"),
		"many fields": check(strings.Repeat("a=1&", 100_000), "Content-Type", "application/x-www-form-urlencoded"),
	} {
		if got, err := provider.Form("a").Read(c); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
	deep := check(strings.Repeat("[", 1<<20))
	if got, err := provider.JSONPath("0.0.a").Read(deep); err == nil {
		t.Errorf("deep: %q", got)
	}
}

func TestCoveredIsWhatTheSignatureReaches(t *testing.T) {
	t.Parallel()
	f := provider.Facts{Signs: []provider.Piece{provider.Header("X-Id"), provider.Literal("."), provider.Body()}}

	for p, want := range map[*provider.Piece]bool{
		new(provider.Header("X-Id")): true, new(provider.Header("X-Other")): false, new(provider.JSONPath("id")): true,
		new(provider.FirstOf(provider.Header("X-Id"), provider.Header("X-Other"))): false, new(provider.Query("q")): false,
		new(provider.Joined("-", provider.JSONPath("a"), provider.Header("X-Id"))): true,
	} {
		if f.Covers(*p) != want {
			t.Errorf("%s: %v", p, !want)
		}
	}
}
