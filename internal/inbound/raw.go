package inbound

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/receive"
)

// logRaw writes one line with everything about a request that may be shown, and what came of it (C63). The body is
// what was read of it: one that was refused by its head was not.
func (h Handler) logRaw(ctx context.Context, d *receive.Door, r *receive.Request, a receive.Answer, err error) {
	status, cause := outcome(a, err)
	shown := receive.Shown(d, r)
	h.Raw.LogAttrs(ctx, slog.LevelInfo, "a request to a source, as it came",
		slog.String("source", d.Source()), slog.Int("status", status), slog.String("cause", cause),
		slog.String("method", shown.Method), slog.String("path", Path+shown.Key), slog.String("query", shown.Query),
		slog.String("remote", shown.Remote.String()), slog.Any("headers", shown.Header),
		slog.Int64("length", shown.Length), slog.Int("read", len(r.Body)), slog.String("body", bodyText(shown.Body)))
}

// outcome returns the status of the answer, and why it is no success: for the operator, so more than the sender is told.
func outcome(a receive.Answer, err error) (status int, cause string) {
	var refusal *receive.Refusal
	var broken *brokenBody
	switch {
	case err == nil:
		return a.Status, ""
	case errors.As(err, &broken):
		return broken.status, broken.code
	case errors.As(err, &refusal):
		return statusOf(refusal), refusal.Cause
	}
	return http.StatusInternalServerError, "internal"
}

// bodyText returns the beginning of a body as text. What is no text is written with escapes, without which a log in
// JSON could not hold it.
func bodyText(body []byte) string {
	end := min(len(body), receive.MostShown)
	for back := 1; end < len(body) && back < utf8.UTFMax && !utf8.RuneStart(body[end]); back++ {
		end-- // not within a character
	}
	text := string(body[:end])
	if !utf8.ValidString(text) {
		text = strings.Trim(strconv.QuoteToASCII(text), `"`)
	}
	if end < len(body) {
		text += "..."
	}
	return text
}
