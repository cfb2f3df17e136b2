package app

import (
	"io"
	"log"
	"log/slog"

	"github.com/posthorn/posthorn/internal/config"
)

// NewLog returns the log that the settings ask for, and makes it the only one of the process. Libraries
// that print lines of their own lose them: net/http puts what a receiver sends unasked into the standard
// log, and a receiver may send back the very headers that it got.
func NewLog(w io.Writer, c config.Config) *slog.Logger {
	log.SetOutput(io.Discard)
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
