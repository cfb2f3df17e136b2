package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
)

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitMissing     = 4
	exitTaken       = 5
	exitUnavailable = 6
	exitLost        = 7
	exitPartly      = 8
)

// meaning says what an exit code is for, in the help of the commands that use it.
func meaning(code int) string {
	return [...]string{
		exitDone:        "done",
		exitFailed:      "failed in a way that nobody planned for",
		exitUsage:       "wrong command line or settings",
		exitRefused:     "refused: the token, or the request that was to be verified",
		exitMissing:     "what was named is not there",
		exitTaken:       "taken: the port, the data directory, the name",
		exitUnavailable: "cannot be done now: disk full, folder not writable, server away",
		exitLost:        "something acknowledged did not arrive",
		exitPartly:      "done, but for what is listed",
	}[code]
}

// exitCode is the one place where a kind of failure becomes an exit code.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	switch fault.CodeOf(err) { // findings, not failures
	case "messages_lost":
		return exitLost
	case "left_behind":
		return exitPartly
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.Unsupported:
		return exitUsage
	case fault.Unauthenticated, fault.Forbidden:
		return exitRefused
	case fault.NotFound:
		return exitMissing
	case fault.Conflict:
		return exitTaken
	case fault.Unavailable, fault.Limited:
		return exitUnavailable
	case fault.Internal:
	}
	return exitFailed
}

// exits is the paragraph of a command's help about its exit codes.
func exits(codes ...int) string {
	text := &strings.Builder{}
	text.WriteString("\n\nExit codes:")
	for _, code := range append([]int{exitDone, exitFailed, exitUsage}, codes...) {
		fmt.Fprintf(text, "\n  %d  %s", code, meaning(code))
	}
	return text.String()
}

// sentence is what a person is told: what is wrong and what to do, and the cause if the machine gave one.
func sentence(err error) string {
	var problem *fault.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "Interrupted."
	case !errors.As(err, &problem) || problem.Kind == fault.Internal:
		return "Something failed that should not: " + err.Error()
	case problem.Cause != nil:
		return problem.Detail + " (" + strings.Join(strings.Fields(problem.Cause.Error()), " ") + ")" // some are of several lines
	}
	return problem.Detail
}
