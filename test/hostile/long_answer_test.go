package hostile_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/posthorn/posthorn/test/harness"
)

// long is an answer of 200 that is much longer than anybody wants.
type long struct {
	play script
	ends bool // it does, and so its connection may be kept
}

func (l long) test(t *testing.T, s *harness.Server) {
	const sockets = 16 << 20 // what is in the two sockets has not been read
	w := newWire(t, l.play)

	a := trial(t, s, w.URL, 1)[0]

	if !l.ends {
		w.awaitClosed(t, 1)
	}
	if a.ResponseStatusCode != 200 || utf8.RuneCountInString(a.Response) > 64<<10 {
		t.Errorf("got %d with %d characters", a.ResponseStatusCode, len(a.Response))
	}
	if n := w.Written.Load(); n > sockets {
		t.Errorf("%d bytes were taken", n)
	}
	harness.Equal(t, "Accept-Encoding", w.Requests()[0].Header.Get("Accept-Encoding"), "identity")
}

func longAnswers() map[string]long {
	many := strings.Repeat("a", 0x10000)
	bomb := bombOf(52 << 20)
	return map[string]long{
		"P3 10 GB with a length":    {play: floods("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", many)},
		"P3 10 GB in chunks":        {play: floods("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n"+many+"\r\n")},
		"P3 endless":                {play: floods("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", many)},
		"P3 chunk of 2^62 bytes":    {play: floods("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4000000000000000\r\n", many)},
		"P3 chunk with a long name": {play: floods("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", many)},
		"P4 gzip bomb":              {ends: true, play: saysOnce(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(bomb), bomb))},
		"P4 gzip bomb in chunks":    {ends: true, play: saysOnce(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(bomb), bomb))},
	}
}

func bombOf(size int64) []byte {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = io.CopyN(z, zeros{}, size)
	_ = z.Close() // into memory
	return bomb.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
