package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/fault"
)

// importFlags are what a person says about an import.
type importFlags struct {
	passphraseFile string
	newSecrets     bool
}

func newImport(e Env) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import [FILE]",
		Short: "Read an export into an empty database",
		Long: `Read what posthorn export wrote, from the file or from standard input, into the database of
the settings. It must be empty and no server may run on it; the next serve delivers what
was open. Ids, times, tokens, signing keys and addresses of sources stay as they were.

If the first line cannot be read, such as with a wrong passphrase, nothing is made. If an
import breaks off later, the database is marked as incomplete and no server starts on it:
empty it and begin again. The passphrase is read from POSTHORN_EXPORT_PASSPHRASE or from
the first line of --passphrase-file.` + exits(exitMissing, exitTaken, exitUnavailable),
		Example: "  POSTHORN_EXPORT_PASSPHRASE=... posthorn import --data ./restored < posthorn.age",
		Args:    cobra.ArbitraryArgs,
		RunE:    func(cmd *cobra.Command, args []string) error { return runImport(cmd, e, f, args) },
	}
	tokenFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.passphraseFile, passphraseFlag, "", "file whose first line is the passphrase")
	flags.BoolVar(&f.newSecrets, "new-secrets", false, "make new signing keys and addresses for an export without secrets")
	cmd.AddCommand(newImportSvix(e))
	return cmd
}

func runImport(cmd *cobra.Command, e Env, f importFlags, args []string) error {
	passphrase, err := e.passphrase(f.passphraseFile)
	if err != nil {
		return err
	}
	from, err := source(args)
	if err != nil {
		return err
	}
	defer from.Close()
	m, err := e.move(cmd)
	if err != nil {
		return err
	}
	m.Passphrase, m.NewSecrets = passphrase, f.newSecrets
	ctx, stop := untilSignal(cmd.Context())
	defer stop()
	counts, err := m.Import(ctx, from)
	if err != nil {
		return err
	}
	e.tally("Imported", counts)
	if f.newSecrets {
		fmt.Fprintln(e.Err, "Endpoints whose secrets were not in the export have new signing keys: their receivers must get them.")
		if counts["source"] > 0 {
			fmt.Fprintln(e.Err, "Sources whose secrets were not in the export have new addresses, which their providers must get, and no secrets: "+
				"until you set them, they refuse what has to be verified.")
		}
	}
	return nil
}

// source is where an import reads from.
func source(args []string) (io.ReadCloser, error) {
	switch {
	case len(args) > 1:
		return nil, fault.New(fault.Invalid, "bad_arguments", "Give one file, or none to read standard input.")
	case len(args) == 1:
		file, err := os.Open(args[0])
		if err != nil {
			return nil, unreadable(args[0], err)
		}
		return file, nil
	case isTerminal(os.Stdin):
		return nil, fault.New(fault.Invalid, "input_missing", "Give the file with the export, or pipe it in: posthorn import < FILE.")
	}
	return os.Stdin, nil
}
