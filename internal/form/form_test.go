package form_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/posthorn/posthorn/internal/form"
)

const many = 100

func TestURLEncodedFormIsReadAsTheURLStandardSays(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]form.Field{
		"a=1&x=a;b&c=3":      {{Name: "a", Value: "1"}, {Name: "x", Value: "a;b"}, {Name: "c", Value: "3"}},
		"a=100%&b=%zz&c=%4":  {{Name: "a", Value: "100%"}, {Name: "b", Value: "%zz"}, {Name: "c", Value: "%4"}},
		"a+b=c+d%2B%26%3d":   {{Name: "a b", Value: "c d+&="}},
		"a&=b&&c=d=e&f=":     {{Name: "a"}, {Value: "b"}, {Name: "c", Value: "d=e"}, {Name: "f"}},
		"%E2%82%AC=%ff&%00=": {{Name: "€", Value: "\xff"}, {Name: "\x00"}},
		"":                   nil,
	} {
		got, err := form.Parse(form.URLEncoded, []byte(body), many)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", body, err, diff)
		}
	}
}

func TestDeclaredCharsetIsHonoured(t *testing.T) {
	t.Parallel()
	for kind, value := range map[string]string{
		"": "%E2%82%AC", "; charset=utf-8": "%E2%82%AC", "; charset=nonsense": "%E2%82%AC", `; charset="windows-1252"`: "%80", "; Charset=ISO-8859-15": "%A4",
		"; charset=iso-8859-1": "%80", // which means windows-1252 (https://encoding.spec.whatwg.org/#names-and-labels)
		"; charset=shift_jis":  "%81%83", "; charset": "%E2%82%AC",
	} {
		want := "€"
		if strings.Contains(kind, "shift_jis") {
			want = "＜"
		}
		got, err := form.Parse(form.URLEncoded+kind, []byte("a="+value), many)
		if diff := cmp.Diff([]form.Field{{Name: "a", Value: want}}, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", kind, err, diff)
		}
	}
}

func TestMultipartFormHasFieldsAndDescribesFiles(t *testing.T) {
	t.Parallel()
	body := strings.ReplaceAll(`--b
Content-Disposition: form-data; name="subject"

Order; 100%
--b
Content-Disposition: form-data; name="note"
Content-Type: text/plain; charset=iso-8859-1

`+"caf\xe9"+`
--b
Content-Disposition: form-data; name="attachment1"; filename="../../a.pdf"
Content-Type: application/pdf

%PDF
--b
Content-Disposition: form-data; name="empty"; filename=""


--b--
`, "\n", "\r\n")

	got, err := form.Parse("Multipart/Form-Data; boundary=b", []byte(body), many)

	want := []form.Field{
		{Name: "subject", Value: "Order; 100%"}, {Name: "note", Value: "café"},
		{Name: "attachment1", File: &form.File{Name: "a.pdf", ContentType: "application/pdf", Size: 4}}, {Name: "empty"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for kind, broken := range map[string]string{form.Multipart: body, form.Multipart + "; boundary=b": body[:100], form.Multipart + "; boundary=c": body} {
		if got, err := form.Parse(kind, []byte(broken), many); !errors.Is(err, form.ErrMalformed) {
			t.Errorf("%s: got %v, %v", kind, got, err)
		}
	}
}

func TestFormOfTooManyFieldsIsRefused(t *testing.T) {
	t.Parallel()
	part := "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nx\r\n"
	for kind, body := range map[string]string{
		form.URLEncoded: strings.Repeat("a=1&", many+1), form.Multipart + "; boundary=b": strings.Repeat(part, many+1) + "--b--\r\n",
	} {
		if got, err := form.Parse(kind, []byte(body), many); !errors.Is(err, form.ErrTooMany) {
			t.Errorf("%s: got %d fields, %v", kind, len(got), err)
		}
		if got, err := form.Parse(kind, []byte(body), many+1); err != nil || len(got) != many+1 {
			t.Errorf("%s: got %d fields, %v", kind, len(got), err)
		}
	}
	if _, err := form.ParseQuery(strings.Repeat("&", 1000), many); err != nil {
		t.Errorf("empty fields are counted: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(form.URLEncoded, "a=1&x=a;b&c=%zz+%41")
	f.Add(form.URLEncoded+"; charset=gbk", "a=%81%40%ff")
	f.Add(form.Multipart+"; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n")
	f.Fuzz(func(t *testing.T, kind, body string) {
		fields, err := form.Parse(kind, []byte(body), many)
		if err != nil && fields != nil || len(fields) > many {
			t.Errorf("%d fields, %v", len(fields), err)
		}
	})
}
