package app_test

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/app"
)

func TestRemoteDatabaseInClearTextIsWarnedOfWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for url, warns := range map[string]bool{
		"postgres://user:tr0mb0ne@db.invalid/x?sslmode=disable":     true,
		"postgres://user:tr0mb0ne@db.invalid/x?sslmode=verify-full": false,
		"postgres://user:tr0mb0ne@127.0.0.1:1/x?sslmode=disable":    false,
	} {
		var log bytes.Buffer

		err := app.Serve(t.Context(), settingsOf(t, t.TempDir(), "POSTHORN_DATABASE_URL="+url, "POSTHORN_LISTEN=127.0.0.1:0"),
			app.Options{Out: io.Discard, Log: slog.New(slog.NewTextHandler(&log, nil)), Program: "posthorn"})

		if err == nil || strings.Contains(log.String(), "may be unencrypted") != warns || strings.Contains(log.String(), "tr0mb0ne") {
			t.Errorf("%s: %v\n%s", url, err, log.String())
		}
	}
}
