package bench

import (
	"context"
	"slices"
)

// column is one way to run the server.
type column struct {
	name     string
	database string // as in Config
	nodes    int
	only     []string // scenarios that say something about it; all if empty
}

// columns returns what is measured beside each other.
func (c SuiteConfig) columns() []column {
	if !c.Compare {
		return []column{{name: storeOf(c.store(), c.Nodes), database: c.Database, nodes: c.Nodes}}
	}
	all := []column{{name: "SQLite"}}
	if c.Database == "" {
		return all
	}
	nodes := max(c.Nodes, 3)
	return append(all,
		column{name: "PostgreSQL", database: c.Database},
		// What coordination costs; the rest says the same about several nodes as about one.
		column{name: storeOf("PostgreSQL", nodes), database: c.Database, nodes: nodes, only: []string{"throughput", "latency", "fan-out"}},
	)
}

// answer runs a scenario for each column, one after the other, so that what the machine does besides is alike
// for all of them.
func (s *suite) answer(ctx context.Context, sc scenario) error {
	s.last = len(s.report.Lines) // behind the scenarios before
	for i, column := range s.columns {
		if len(column.only) > 0 && !slices.Contains(column.only, sc.name) {
			continue
		}
		s.now, s.config.Database, s.config.Nodes = i, column.database, column.nodes
		if err := sc.run(s, ctx); err != nil {
			return err
		}
	}
	return nil
}
