package diagnose

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
)

// Capture is a request as somebody wrote it down.
type Capture struct {
	Method  string
	Path    string // empty if the request line is missing
	Query   string
	Header  http.Header // Host included
	Body    []byte
	Missing int64 // bytes that Content-Length announces and that are not there
	Beyond  int   // bytes behind the end that Content-Length announces; they are no part of the request
}

// Parse reads the text of a request: a request line, which may be missing, headers, an empty line, and the body, whose
// bytes are left alone. Line ends of the head may be of either kind.
func Parse(text []byte) (Capture, error) {
	head, body := split(bytes.TrimPrefix(text, []byte(bom)))
	c := Capture{Method: http.MethodPost, Header: http.Header{}, Body: body}
	for i, line := range strings.Split(strings.TrimRight(head, "\r\n"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if i == 0 && c.requestLine(line) {
			continue
		}
		if err := AddHeader(c.Header, line); err != nil {
			return Capture{}, fault.New(fault.Invalid, "bad_capture", "Line %d is no header. A capture is a request as it is sent: METHOD /path HTTP/1.1, "+
				"headers, an empty line, and the body.", i+1)
		}
	}
	c.frame()
	return c, nil
}

// split cuts at the first empty line.
func split(text []byte) (head string, body []byte) {
	at, width := len(text), 0
	for _, end := range []string{"\r\n\r\n", "\n\n", "\n\r\n"} {
		if i := bytes.Index(text, []byte(end)); i >= 0 && i < at {
			at, width = i, len(end)
		}
	}
	return string(text[:at]), text[at+width:]
}

// requestLine reads "POST /in/x?y=z HTTP/1.1", with or without the version.
func (c *Capture) requestLine(line string) bool {
	fields := strings.Fields(line)
	if len(fields) < 2 || len(fields) > 3 || strings.Trim(fields[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return false
	}
	c.Method = fields[0]
	target := fields[1]
	if scheme, rest, ok := strings.Cut(target, "://"); ok && (scheme == "http" || scheme == "https") { // as proxies are asked
		host, path, _ := strings.Cut(rest, "/")
		c.Header.Set("Host", host)
		target = "/" + path
	}
	c.Path, c.Query, _ = strings.Cut(target, "?")
	return true
}

// AddHeader adds a header that is written as "Name: value".
func AddHeader(h http.Header, line string) error {
	name, value, ok := strings.Cut(line, ":")
	name = strings.TrimSpace(name)
	if !ok || name == "" || strings.ContainsAny(name, " \t\"{}") {
		return fault.New(fault.Invalid, "bad_header", "A header is written as NAME: VALUE.")
	}
	h.Add(name, strings.TrimSpace(value))
	return nil
}

// frame brings the body to the length that its headers give it.
func (c *Capture) frame() {
	if strings.EqualFold(c.Header.Get("Transfer-Encoding"), "chunked") {
		if whole, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(c.Body))); err == nil && len(whole) > 0 {
			c.Body = whole
		}
		return
	}
	announced, err := strconv.ParseInt(c.Header.Get("Content-Length"), 10, 64)
	if err != nil || announced < 0 {
		return
	}
	have := int64(len(c.Body))
	c.Missing = max(announced-have, 0)
	if have > announced {
		c.Beyond = int(have - announced)
		c.Body = c.Body[:announced]
	}
}

// Address returns the public address that the capture suggests; empty if it suggests none.
func (c Capture) Address() string {
	host, scheme := c.Header.Get("Host"), c.Header.Get("X-Forwarded-Proto")
	if forwarded := c.Header.Get("X-Forwarded-Host"); forwarded != "" {
		host = forwarded
	}
	if host == "" {
		return ""
	}
	if scheme != "http" {
		scheme = "https"
	}
	return scheme + "://" + host + c.Path
}

// At returns when the request was sent, if it says so.
func (c Capture) At() (time.Time, bool) {
	at, err := http.ParseTime(c.Header.Get("Date"))
	return at.UTC(), err == nil
}
