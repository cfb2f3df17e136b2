package cli

import (
	"os"

	"github.com/posthorn/posthorn/internal/config"
)

// Process returns what this process was started with.
func Process() Env {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	return Env{
		Args: os.Args[1:], Environ: config.Environment(), Program: program,
		Out: os.Stdout, Err: os.Stderr, Clock: machineClock(),
	}
}
