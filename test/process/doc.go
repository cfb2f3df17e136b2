// Package process holds tests of how the program ends when it is told to: what a supervisor sends, what is
// finished, what stays for the next start. They see the process from outside, with its signals and exit codes.
package process
