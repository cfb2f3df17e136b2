package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/fault"
)

// wrongValue is the sentence about the value of a flag that is no setting. It reads like the one about a
// setting, which config writes.
func wrongValue(cmd *cobra.Command, err *pflag.InvalidValueError) error {
	allowed := err.Unwrap().Error()
	switch err.GetFlag().Value.Type() {
	case "int", "int64":
		allowed = "it must be a whole number"
	case "float64":
		allowed = "it must be a number"
	case "bool":
		allowed = "it must be true or false"
	}
	return fault.New(fault.Invalid, "bad_flag", "The flag --%s is %q; %s. `%s --help` shows the flags.",
		err.GetFlag().Name, err.GetValue(), allowed, cmd.CommandPath())
}
