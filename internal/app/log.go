package app

import (
	"io"
	"log/slog"

	"github.com/posthorn/posthorn/internal/config"
)

// NewLog returns the log that the settings ask for.
func NewLog(w io.Writer, c config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
