package httpbody_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/httpbody"
	"github.com/posthorn/posthorn/internal/membudget"
)

const limit = 1 << 20

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// read sends a body to Read, with a stated length or in chunks.
func read(t *testing.T, body io.Reader, length int64, coding string, lease *membudget.Lease) ([]byte, error) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", body)
	r.ContentLength = length
	if coding != "" {
		r.Header.Set("Content-Encoding", coding)
	}
	return httpbody.Read(httptest.NewRecorder(), r, limit, lease)
}

func TestBodyIsReadHoweverItComes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 4 << 10, 16 << 10, 16<<10 + 1, 100_000, limit} {
		text := strings.Repeat("posthorn ", size/9+1)[:size]
		for _, c := range []struct{ sent, coding string }{{text, ""}, {text, "identity"}, {packed(t, text), "gzip"}, {packed(t, text), "X-GZIP"}} {
			for _, length := range []int64{int64(len(c.sent)), -1} {
				var lease membudget.Lease
				body, err := read(t, iotest.HalfReader(strings.NewReader(c.sent)), length, c.coding, &lease)

				if err != nil || string(body) != text || cap(body) > len(body)*5/4+8 {
					t.Errorf("%d bytes, %q, stated %d: got %d of %d bytes, %v", size, c.coding, length, len(body), cap(body), err)
				}
				if lease.Held() < int64(len(body)) {
					t.Errorf("the lease holds %d bytes of %d", lease.Held(), len(body))
				}
			}
		}
	}
}

func TestBodyOverTheLimitIsTooLargeBeforeAndAfterItIsDecompressed(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", limit+1)
	for name, c := range map[string]struct {
		sent, coding string
		length       int64
	}{
		"stated":                      {large, "", limit + 1},
		"in chunks":                   {large, "", -1},
		"a bomb":                      {packed(t, strings.Repeat("\x00", 50<<20)), "gzip", -1},
		"one byte over, decompressed": {packed(t, large), "gzip", -1},
		"empty members without end":   {strings.Repeat(packed(t, ""), limit/20), "gzip", -1},
	} {
		var lease membudget.Lease
		_, err := read(t, strings.NewReader(c.sent), c.length, c.coding, &lease)

		if !errors.Is(err, httpbody.ErrTooLarge) || lease.Held() > 3*limit {
			t.Errorf("%s: got %v, and the lease holds %d bytes", name, err, lease.Held())
		}
	}
}

func TestBrokenBodySaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	whole := packed(t, strings.Repeat("posthorn", 100))
	wrongSum := []byte(whole)
	wrongSum[len(wrongSum)-8] ^= 1
	for name, c := range map[string]struct {
		sent, coding string
		want         error
	}{
		"shorter than stated":  {"x", "", httpbody.ErrIncomplete},
		"not compressed":       {"{\"plain\":\"text\"}", "gzip", httpbody.ErrCompression},
		"wrong checksum":       {string(wrongSum), "gzip", httpbody.ErrCompression},
		"garbage in it":        {whole[:10] + strings.Repeat("\xff", 20), "gzip", httpbody.ErrCompression},
		"garbage behind":       {whole + "and more than a header", "gzip", httpbody.ErrCompression},
		"cut off, compressed":  {whole[:len(whole)/2], "gzip", httpbody.ErrCompression},
		"nothing, compressed?": {"", "gzip", httpbody.ErrCompression},
		"too short for gzip":   {"{}", "gzip", httpbody.ErrCompression},
		"a byte behind":        {whole + "x", "gzip", httpbody.ErrCompression},
	} {
		var lease membudget.Lease
		length := int64(len(c.sent))
		if c.coding == "" || length == 0 {
			length = 10
		}
		if _, err := read(t, strings.NewReader(c.sent), length, c.coding, &lease); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestOnlyGzipIsDecompressed(t *testing.T) {
	t.Parallel()
	for _, coding := range []string{"br", "deflate", "zstd", "gzip, gzip", "compress"} {
		if httpbody.Supported(http.Header{"Content-Encoding": {coding}}) {
			t.Errorf("%s is supported", coding)
		}
	}
	if httpbody.Supported(http.Header{"Content-Encoding": {"gzip", "gzip"}}) {
		t.Error("two codings are supported")
	}
}

func TestBodyThatExceedsTheBudgetIsRefused(t *testing.T) {
	t.Parallel()
	b := membudget.New(200 << 10)
	other := b.Lease(membudget.Owner{Kind: membudget.Source, Key: 1})
	if err := other.Resize(100 << 10); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ sent, coding string }{
		"plain": {strings.Repeat("x", limit), ""}, "compressed": {packed(t, strings.Repeat("x", limit)), "gzip"},
	} {
		lease := b.Lease(membudget.Owner{Kind: membudget.Application, Key: 1})
		_, err := read(t, strings.NewReader(c.sent), int64(len(c.sent)), c.coding, &lease)
		lease.Release()

		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestLengthThatIsOnlyStatedTakesNoMemory(t *testing.T) {
	t.Parallel()
	var lease membudget.Lease

	_, err := read(t, strings.NewReader("x"), limit, "", &lease)

	if !errors.Is(err, httpbody.ErrIncomplete) || lease.Held() > membudget.Free {
		t.Errorf("got %v, and the lease holds %d bytes", err, lease.Held())
	}
}
