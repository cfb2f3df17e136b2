package bench

import (
	"context"

	"github.com/posthorn/posthorn/internal/bench/database"
	"github.com/posthorn/posthorn/internal/bench/process"
)

// costs is what a subject and its database had used when the measured part of a round began.
type costs struct {
	of      *subject
	process process.Usage
	stored  *database.Usage
}

func newCosts(ctx context.Context, of *subject) (costs, error) {
	c := costs{of: of}
	c.process, _ = of.usage() // without /proc the figure is missing
	var err error
	c.stored, err = of.stored(ctx)
	return c, err
}

// into notes what was used since.
func (c costs) into(ctx context.Context, f *Figures) error {
	if after, err := c.of.usage(); err == nil {
		after.CPUSeconds -= c.process.CPUSeconds
		f.Process = &after
	}
	after, err := c.of.stored(ctx)
	if err != nil || after == nil {
		return err
	}
	since := after.Since(*c.stored)
	f.Database = &since
	return nil
}
