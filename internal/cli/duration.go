package cli

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/retry"
)

// duration is the value of a flag that is no setting and yet is read like one, so that 30d works everywhere.
type duration struct{ to *time.Duration }

func (d duration) Type() string { return "duration" }

// String is empty for no duration, so that the help names no default; where there is one, the text does.
func (d duration) String() string {
	if d.to == nil || *d.to == 0 {
		return ""
	}
	return retry.Text(*d.to)
}

func (d duration) Set(text string) error {
	value, err := config.ParseDuration(text)
	if err == nil {
		*d.to = value
	}
	return err
}

// durationFlag adds a flag that takes a duration and is none without it.
func durationFlag(flags *pflag.FlagSet, to *time.Duration, name, usage string) {
	flags.Var(duration{to}, name, usage)
}
