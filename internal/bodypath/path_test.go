package bodypath_test

import (
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/bodypath"
)

func parse(t *testing.T, text string) bodypath.Path {
	t.Helper()
	p, err := bodypath.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func TestPathReadsMembersItemsAndOneList(t *testing.T) {
	t.Parallel()
	const body = `{"a":{"b":[{"id":7},{"id":"x\n","k":"two"},{"id":[1, 2],"k":3}],"c.d":"dot","0":"zero"},"n":null,
		"@type":"t","#text":"hash","#":"sharp","a*b":"star","f":1.50,"yes":true,"{x":"curly","Name (first)":"Ada","\u00e9":"acute","":"empty"}`
	for path, want := range map[string]string{
		"a.b.0.id": "7", "a.b.1.id": "x\n", "a.b.2.id": "[1, 2]", "a.b.#": "3", "a.b.#.id": `[7,"x\n",[1, 2]]`,
		`a.b.#(k=="two").id`: "x\n", `a.b.#(k=="3").id`: "[1, 2]", `a.c\.d`: "dot", "a.0": "zero", "@type": "t", "#text": "hash", "#": "sharp",
		`a\*b`: "star", "f": "1.5", "yes": "true", `\{x`: "curly", "Name (first)": "Ada", "\u00e9": "acute",
	} {
		if got, ok := parse(t, path).Get(body); !ok || got != want {
			t.Errorf("%s: got %q, %v; want %q", path, got, ok, want)
		}
	}
	if got, ok := parse(t, "..#.id").Get("{\"id\":1}\n{\"id\":2}\n"); !ok || got != "[1,2]" {
		t.Errorf("of lines: got %q, %v", got, ok)
	}
	for _, path := range []string{"n", "x", "a.b.3.id", "a.b.id", `a.b.#(k=="none").id`, "a.x.b", `\@this`, `a.\#`} {
		if got, ok := parse(t, path).GetBytes([]byte(body)); ok {
			t.Errorf("%s: got %q, want nothing", path, got)
		}
	}
}

func TestPathThatIsAProgramIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"[@this,@this]", "[@this,@this]|[@this,@this]", "a.[b,c]", `{"x":a}`, "a.{b,c}", "a|b", `a\||b`, "@this", "a.@reverse", "@pretty:{\"a\":1}", "@dig:a",
		"a.@tostr", "@group", "!true", `!"x"`, "a*", "a.?", "*", "#.#", "a.#.b.#", `#.a.#(b=="c")`, "#(a.#(b==\"c\")).d", `#(a=="b")#`, `#(a=="b")#.c`, `#(a%"*")`, "#(a)",
		`#(a=="b`, `#(a=="b"x).c`, `#(a=="b\"").c`, `#(a=="~true").c`, "#[a==\"b\"]", "#(a==b).c", `#(a.b=="c"|@this).d`,
		"..", "...a", "..#.#", "..@this", "a...b", "..0..a", "a..b", ".a", "a.", ".", "", " a", "$", "$.a", "a[0]", `a\`, strings.Repeat("a", 257),
	} {
		if p, err := bodypath.Parse(text); err == nil {
			t.Errorf("%s is taken as %q", text, p)
		} else if len(err.Error()) < 10 || !strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%s: the error is no sentence: %v", text, err)
		}
	}
}

func TestPathFindsItsPlaceInEachItemOfABatch(t *testing.T) {
	t.Parallel()
	list, rest, ok := parse(t, `a\.b.0.c`).Batch()
	if !ok || list.String() != `a\.b` || rest.String() != "c" {
		t.Fatalf("got %q and %q, %v", list, rest, ok)
	}

	var got []string
	list.Items([]byte(`{"a.b":[{"c":1},{"c":"two"},{}]}`), func(item string) bool {
		text, ok := rest.Get(item)
		if ok {
			got = append(got, text)
		}
		return true
	})

	if strings.Join(got, " ") != "1 two" {
		t.Errorf("got %q", got)
	}
	if _, _, ok := parse(t, "v10.event").Batch(); ok {
		t.Error("a path without an item is split")
	}
}

func TestZeroPathReadsNothing(t *testing.T) {
	t.Parallel()

	if text, ok := (bodypath.Path{}).Get(`{"":1}`); ok {
		t.Errorf("got %q", text)
	}
}

func TestNumberThatIsLongerThanTheBodyIsNoText(t *testing.T) {
	t.Parallel()

	if text, ok := parse(t, "a").Get(`{"a":1e300}`); ok {
		t.Errorf("got %d bytes of 11", len(text))
	}
}

// Whatever a path says: what is found is no longer than the body.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"a.b.0", "#", "#.a", `#(a=="b").c`, `a\.b`, "@this", "[@this,@this]|[@this,@this]", `\@this`, `a.\#.b`, "\x00", "..#.a", "..0.a"} {
		f.Add(path, `{"a":{"b":[1,{"a":"b","c":2}]}}`)
		f.Add(path, `[{"a":"b","c":[2]},{"a":1e300}]`)
	}
	f.Fuzz(func(t *testing.T, path, body string) {
		p, err := bodypath.Parse(path)
		if err != nil {
			return
		}
		if p.String() != path {
			t.Errorf("%q is shown as %q", path, p)
		}
		if text, ok := p.Get(body); ok && len(text) > len(body) {
			t.Errorf("%q reads %d bytes of %d", path, len(text), len(body))
		}
		if list, rest, ok := p.Batch(); ok {
			list.Items([]byte(body), func(item string) bool {
				_, _ = rest.Get(item)
				return true
			})
		}
	})
}
