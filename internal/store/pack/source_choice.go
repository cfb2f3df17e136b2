package pack

import (
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// SourceChoice finds the source that a uid names when no application is given: the one that has an application of its
// own, which only tokens of the server make, and otherwise the only one.
type SourceChoice struct {
	first hook.Key
	own   hook.Key
	count int
}

// Add adds a source that has the uid; application is the uid of its application.
func (c *SourceChoice) Add(key hook.Key, source id.ID, application string) {
	if c.count++; c.count == 1 {
		c.first = key
	}
	if c.own == 0 && application == id.Inbound.Text(source) {
		c.own = key
	}
}

// Key returns the key of the source, fault.NotFound without any, and fault.Conflict if several sources have the uid and none has an application of its own.
func (c *SourceChoice) Key() (hook.Key, error) {
	switch {
	case c.own != 0:
		return c.own, nil
	case c.count == 1:
		return c.first, nil
	case c.count == 0:
		return 0, fault.Missing("source")
	}
	return 0, fault.New(fault.Conflict, "ambiguous_uid", "Sources of several applications have this uid: use the id of the source.")
}
