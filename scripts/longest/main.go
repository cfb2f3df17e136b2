// Command longest prints the ten longest functions and files of this repository, for a reader to think
// about. It never fails a build: a long function may be one straight story, and a limit invites tricks.
package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const shown = 10

// stretch is a piece of source and how many lines it takes.
type stretch struct {
	lines int
	name  string
}

// census gathers the functions and files of one tree.
type census struct {
	fset      *token.FileSet
	functions []stretch
	files     []stretch
}

func main() {
	c := census{fset: token.NewFileSet()}
	if err := filepath.WalkDir(".", c.visit); err != nil {
		fmt.Fprintln(os.Stderr, "longest:", err)
		os.Exit(1)
	}
	report("longest functions", c.functions)
	report("longest files", c.files)
}

func (c *census) visit(path string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case entry.IsDir() && foreign(entry.Name()):
		return filepath.SkipDir
	case entry.IsDir() || filepath.Ext(path) != ".go":
		return nil
	}
	return c.count(path)
}

// foreign reports whether a folder holds files that nobody here writes.
func foreign(name string) bool {
	hidden := len(name) > 1 && strings.HasPrefix(name, ".")
	return hidden || name == "node_modules" || name == "testdata" || name == "bin"
}

func (c *census) count(path string) error {
	file, err := parser.ParseFile(c.fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if ast.IsGenerated(file) {
		return nil
	}
	c.files = append(c.files, stretch{c.fset.File(file.Pos()).LineCount(), path})
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			c.functions = append(c.functions, c.measure(f))
		}
	}
	return nil
}

func (c *census) measure(f *ast.FuncDecl) stretch {
	from, to := c.fset.Position(f.Pos()), c.fset.Position(f.End())
	return stretch{to.Line - from.Line + 1, fmt.Sprintf("%s:%d %s", from.Filename, from.Line, f.Name.Name)}
}

func report(title string, all []stretch) {
	slices.SortFunc(all, func(a, b stretch) int {
		return cmp.Or(cmp.Compare(b.lines, a.lines), strings.Compare(a.name, b.name))
	})
	fmt.Println(title)
	for _, s := range all[:min(shown, len(all))] {
		fmt.Printf("%6d  %s\n", s.lines, s.name)
	}
}
