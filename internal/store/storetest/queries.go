package storetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Queries returns every SQL text in the source of the package whose test this is, constants put together, by where it
// stands. A query that somebody adds is thereby checked without being listed anywhere.
func Queries(t *testing.T) map[string]string {
	t.Helper()
	set := token.NewFileSet()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	constants := constantsOf(files)
	verb := regexp.MustCompile(`^\s*(SELECT|UPDATE|DELETE|INSERT|WITH)\s`)
	found := map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			expression, ok := node.(ast.Expr)
			if !ok {
				return true
			}
			text, ok := constants.text(expression)
			if ok && verb.MatchString(text) {
				found[set.Position(node.Pos()).String()] = text
			}
			return !ok
		})
	}
	return found
}

type constants map[string]ast.Expr

// constantsOf returns the constants of the files by name.
func constantsOf(files []*ast.File) constants {
	all := constants{}
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			declared, ok := node.(*ast.GenDecl)
			if !ok || declared.Tok != token.CONST {
				return true
			}
			for _, spec := range declared.Specs {
				for i, value := range spec.(*ast.ValueSpec).Values {
					all[spec.(*ast.ValueSpec).Names[i].Name] = value
				}
			}
			return true
		})
	}
	return all
}

// text returns the value of a constant text.
func (c constants) text(expression ast.Expr) (string, bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		value, ok := c[e.Name]
		if !ok {
			return "", false
		}
		return c.text(value)
	case *ast.BinaryExpr:
		left, one := c.text(e.X)
		right, other := c.text(e.Y)
		return left + right, one && other && e.Op == token.ADD
	}
	return "", false
}
