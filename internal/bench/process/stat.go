package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// stat is a line of /proc/PID/stat (proc_pid_stat(5)): the program's name, and what follows it, from the
// third field on.
type stat struct {
	name   string
	fields []string
}

// fieldsOf splits a line. The second field is the program's name in brackets and may hold anything, so
// counting starts after the last bracket.
func fieldsOf(line string) stat {
	open, end := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if open < 0 || end < open {
		return stat{}
	}
	return stat{name: line[open+1 : end], fields: strings.Fields(line[end+1:])}
}

// number returns the field that the manual page calls the n-th.
func (s stat) number(n int) float64 {
	if len(s.fields) < n-2 {
		return 0
	}
	v, _ := strconv.ParseFloat(s.fields[n-3], 64)
	return v
}

func (s stat) parent() int { return int(s.number(4)) }

// cpuSeconds is the process's own user and system time.
func (s stat) cpuSeconds() float64 { return (s.number(14) + s.number(15)) / ticksPerSecond }

// waitedFor is that of the children that have ended.
func (s stat) waitedFor() float64 { return (s.number(16) + s.number(17)) / ticksPerSecond }

func readStat(pid int) (stat, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, fmt.Errorf("read processor time of process %d: %w", pid, err)
	}
	return fieldsOf(string(line)), nil
}

// Parent returns the process that started pid, if both are called name.
func Parent(pid int, name string) (int, error) {
	child, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	parent, err := readStat(child.parent())
	if err != nil {
		return 0, err
	}
	if child.name != name || parent.name != name {
		return 0, fmt.Errorf("process %d is not a %s", pid, name)
	}
	return child.parent(), nil
}

// Family returns the processor time of a process and of all that it started, also of those that have ended.
func Family(pid int) (seconds float64, err error) {
	head, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	seconds = head.cpuSeconds() + head.waitedFor()
	lines, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	for _, path := range lines {
		line, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		if child := fieldsOf(string(line)); child.parent() == pid {
			seconds += child.cpuSeconds() + child.waitedFor()
		}
	}
	return seconds, nil
}
