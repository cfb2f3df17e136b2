package egress_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/hook"
)

func TestAnswerCutOffInItsBodyIsMarked(t *testing.T) {
	t.Parallel()
	const kept = 8
	for name, c := range map[string]struct {
		answer string
		body   string
		want   hook.Truncation
	}{
		"whole":                   {"Content-Length: 5\r\n\r\nabcde", "abcde", hook.NotTruncated},
		"whole, of the limit":     {"Content-Length: 8\r\n\r\nabcdefgh", "abcdefgh", hook.NotTruncated},
		"none":                    {"Content-Length: 0\r\n\r\n", "", hook.NotTruncated},
		"whole, until the close":  {"Connection: close\r\n\r\nabc", "abc", hook.NotTruncated},
		"one byte over the limit": {"Content-Length: 9\r\n\r\nabcdefghi", "abcdefgh", hook.AtLimit},
		"long, in chunks":         {"Transfer-Encoding: chunked\r\n\r\n9\r\nabcdefghi\r\n0\r\n\r\n", "abcdefgh", hook.AtLimit},
		"shorter than stated":     {"Content-Length: 100\r\n\r\nabc", "abc", hook.BrokenOff},
		"nothing of it":           {"Content-Length: 100\r\n\r\n", "", hook.BrokenOff},
		"without the last chunk":  {"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "abc", hook.BrokenOff},
	} {
		client := newClient(t, egress.Config{Policy: loopbackPolicy(t), KeepBody: kept})
		w := newWire(t, saysOnce("HTTP/1.1 200 OK\r\n"+c.answer))

		r := post(t, client, w.URL)

		if r.Status != 200 || string(r.Body) != c.body || r.Truncated != c.want {
			t.Errorf("%s: got %d %q, truncated %d", name, r.Status, r.Body, r.Truncated)
		}
	}
}
