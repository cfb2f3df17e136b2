// Package cli is the command line: one file per command, each with a constructor, options, flags and
// run. It turns what a person typed into one call, and the outcome into a sentence and an exit code.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
)

// Env is what a command sees of the world.
type Env struct {
	Args    []string // without the program's name
	Environ []string // KEY=value
	Program string   // path of this program, for lines to paste
	Out     io.Writer
	Err     io.Writer
	Clock   clock.Clock
}

// Run runs the command that the arguments name and returns the exit code. Errors are written to Err.
func Run(ctx context.Context, e Env) int {
	root := newRoot(e)
	root.SetArgs(e.Args)
	root.SetOut(e.Out)
	root.SetErr(e.Err)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(e.Err, "posthorn: "+sentence(err))
	}
	return exitCode(err)
}

func newRoot(e Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "posthorn",
		Short: "Send and receive webhooks",
		Long: `Posthorn sends webhooks for you: it stores them before it acknowledges them, signs
them, retries them, and delivers them at least once. It receives them for you, too: it
verifies what a provider sends to a source, stores it before it answers, and delivers it
in the same way. Start with: posthorn serve`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(wrongFlag)
	addVersionFlag(root)
	root.AddCommand(
		newServe(e), newToken(e), newDemo(e), newBench(e), newMigrate(e), newExport(e), newImport(e), newConfig(e), newVerify(e), newVersion(e),
	)
	return root
}

// load reads the settings for a command whose flags were parsed.
func (e Env) load(cmd *cobra.Command) (config.Loaded, error) {
	return config.Load(cmd.Flags(), e.Environ)
}

// group returns a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	parent := &cobra.Command{
		Use: use, Short: short, Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	parent.AddCommand(commands...)
	return parent
}

func unknownCommand(cmd *cobra.Command, name string) error {
	var known []string
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			known = append(known, child.Name())
		}
	}
	return fault.New(fault.Invalid, "unknown_command", "There is no command %q%s `%s --help` lists them.",
		cmd.CommandPath()+" "+name, config.DidYouMean(name, known), cmd.CommandPath())
}

// wrongFlag turns what the flag parser says into a sentence that names the nearest flag.
func wrongFlag(cmd *cobra.Command, err error) error {
	if wrong := (*pflag.InvalidValueError)(nil); errors.As(err, &wrong) {
		return wrongValue(cmd, wrong)
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return fault.New(fault.Invalid, "bad_flag", "%s; `%s --help` shows the flags.", capital(err.Error()), cmd.CommandPath())
	}
	name := unknown.GetSpecifiedName()
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
	return fault.New(fault.Invalid, "unknown_flag", "There is no flag %s%s `%s --help` shows the flags.",
		dashes(name), config.DidYouMean("--"+name, known), cmd.CommandPath())
}

func dashes(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func capital(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// noArguments refuses arguments with a sentence.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if flag := config.SwitchBefore(cmd.Flags(), args[0]); flag != "" {
		return fault.New(fault.Invalid, "bad_arguments", "Write %s=%s: a flag that can stand alone takes its value behind an equals sign.", flag, args[0])
	}
	return fault.New(fault.Invalid, "bad_arguments", "%s takes no arguments, but got %q.", cmd.CommandPath(), args[0])
}
