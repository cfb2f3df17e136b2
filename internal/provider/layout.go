package provider

import (
	"strings"

	"github.com/posthorn/posthorn/signature"
)

// Layout says how a signature value is laid out. The zero Layout is one signature and nothing else.
type Layout struct {
	Between string // what separates the entries, such as "," or " "; white space around them is dropped
	Assign  string // entries are a name, this, and a value; empty if they are bare signatures
	Name    string // of the entries that are signatures, such as "v1"
	Time    string // of the entry that is the timestamp, such as "t"
	Lines   bool   // the entries may also stand in several headers of one name, as HTTP allows for lists
}

// List is several signatures with a separator between them.
func List(between string) Layout { return Layout{Between: between} }

// Pairs is name=value entries, one of which may be the timestamp: "t=1700000000,v1=5257a8...".
func Pairs(between, name, time string) Layout {
	return Layout{Between: between, Assign: "=", Name: name, Time: time}
}

// maxEntries bounds the entries of any name; signatures are bounded more closely.
const maxEntries = 32

// split returns the signatures and the timestamp that value is made of.
func (l Layout) split(value, where string) (signatures []string, stamp string, err error) {
	if l.Between == "" {
		return []string{strings.TrimSpace(value)}, "", nil
	}
	entries := strings.SplitN(value, l.Between, maxEntries+1)
	if len(entries) > maxEntries {
		return nil, "", Refuse(TooMany, where)
	}
	for _, entry := range entries {
		name, v := l.cut(strings.TrimSpace(entry))
		switch {
		case name == l.Name && v != "":
			signatures = append(signatures, v)
		case name == l.Time && stamp != "":
			return nil, "", Refuse(Repeated, "timestamp in "+where)
		case name == l.Time:
			stamp = v
		}
	}
	if len(signatures) > signature.MaxCandidates {
		return nil, "", Refuse(TooMany, where)
	}
	return signatures, stamp, nil
}

// cut returns the name and the value of an entry. An entry without a name has the empty one.
func (l Layout) cut(entry string) (name, value string) {
	if l.Assign == "" {
		return "", entry
	}
	name, value, found := strings.Cut(entry, l.Assign)
	if !found {
		return "?", ""
	}
	return name, value
}
