package diagnose_test

import (
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider/diagnose"
)

func TestCaptureIsReadAsItStands(t *testing.T) {
	t.Parallel()
	const full = "POST /in/x?y=z HTTP/1.1\r\nHost: a.example\r\nX-Sig: 1\r\nx-sig:2\r\nDate: Sun, 01 Mar 2026 12:00:00 GMT\r\n\r\n{\"a\":1}\r\n"
	for name, head := range map[string]string{"CR LF": full, "LF": strings.ReplaceAll(full, "\r\n", "\n")} {
		c, err := diagnose.Parse([]byte(head))

		if err != nil || c.Method != "POST" || c.Path != "/in/x" || c.Query != "y=z" || c.Address() != "https://a.example/in/x" {
			t.Errorf("%s: %+v %v", name, c, err)
		}
		if at, ok := c.At(); !ok || !at.Equal(noon()) || strings.Join(c.Header["X-Sig"], " ") != "1 2" {
			t.Errorf("%s: %v %v", name, at, c.Header)
		}
		if want := head[strings.LastIndex(head, "{"):]; string(c.Body) != want {
			t.Errorf("%s: body %q, want %q", name, c.Body, want)
		}
	}
}

func TestCaptureHasTheLengthThatItSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		body    string
		missing int64
		beyond  int
	}{
		"A: b\n\nbody":                                         {"body", 0, 0},
		"Content-Length: 4\n\nbody\n":                          {"body", 0, 1},
		"Content-Length: 9\n\nbody":                            {"body", 5, 0},
		"Content-Length: 9\n":                                  {"", 9, 0},
		"Content-Length: x\n\nbody":                            {"body", 0, 0},
		"Transfer-Encoding: chunked\n\n4\r\nbody\r\n0\r\n\r\n": {"body", 0, 0},
		"Transfer-Encoding: chunked\n\nbody":                   {"body", 0, 0},
		"GET http://a.example/x\n\n":                           {"", 0, 0},
		"\ufeffPOST /x\nA: b\n\nbody":                          {"body", 0, 0},
	} {
		c, err := diagnose.Parse([]byte(text))
		if err != nil || string(c.Body) != want.body || c.Missing != want.missing || c.Beyond != want.beyond {
			t.Errorf("%q: %+v %v", text, c, err)
		}
	}
}

func TestWhatIsNoCaptureIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", `{"a": 1}`, "POST /x HTTP/1.1\nno header\n\n", "\n\nbody", "HTTP/1.1 200 OK\nA: b\n\n"} {
		if c, err := diagnose.Parse([]byte(text)); err == nil {
			t.Errorf("%q: %+v", text, c)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("POST /in HTTP/1.1\nA: b\n\nbody"))
	f.Add([]byte("Content-Length: 99999999999999999999\nTransfer-Encoding: chunked\n\n-1\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := diagnose.Parse(text); err == nil && len(c.Body) > len(text) {
			t.Errorf("a body longer than the capture")
		}
	})
}
