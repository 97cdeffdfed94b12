package httpapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"yimi/internal/fault"
)

// kinds are the names of fault's kinds in the sources.
var kinds = map[string]fault.Kind{"Invalid": fault.Invalid, "Unauthenticated": fault.Unauthenticated, "Forbidden": fault.Forbidden, "NotFound": fault.NotFound,
	"Conflict": fault.Conflict, "TooLarge": fault.TooLarge, "Unprocessable": fault.Unprocessable, "TooOld": fault.TooOld, "TooMany": fault.TooMany, "Unavailable": fault.Unavailable}

// sources are what the code refuses with, a code with its status, and every text in it.
type sources struct {
	status map[string]int
	texts  map[string]bool
}

func readSources(t *testing.T) sources {
	t.Helper()
	s := sources{map[string]int{"internal": 500, "invalid_fields": 400}, map[string]bool{}}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, s.see)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s sources) see(n ast.Node) bool {
	switch x := n.(type) {
	case *ast.BasicLit:
		s.texts[textOf(x)] = true
	case *ast.CallExpr:
		switch name := nameOf(x.Fun); {
		case (name == "New" || name == "Newf") && len(x.Args) > 1:
			if kind, ok := kinds[nameOf(x.Args[0])]; ok {
				s.add(x.Args[1], statusOf[kind])
			}
		case name == "badField" && len(x.Args) > 1:
			s.add(x.Args[0], statusOf[fault.Unprocessable])
		}
	}
	return true
}

func (s sources) add(code ast.Expr, status int) {
	word := textOf(code)
	if before := s.status[word]; before != 0 && before != status {
		status = -1 // a code has one status
	}
	if word != "" {
		s.status[word] = status
	}
}

func nameOf(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}

func textOf(e ast.Expr) string {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(l.Value)
	return text
}

// The contract's table of refusals has every code that the program has, with its status and a sentence that it says; and
// what an operation lists is in it. That an operation lists what it answers, each call in a test holds (apptest).
func TestTheTableOfRefusalsIsTrue(t *testing.T) {
	t.Parallel()
	_, spec, err := operations()
	if err != nil {
		t.Fatal(err)
	}
	said, src := refusals(spec), readSources(t)
	for code, status := range src.status {
		if said[code].Status != status {
			t.Errorf("%s: %d in the sources, %d in the contract", code, status, said[code].Status)
		}
	}
	for code, r := range said {
		if src.status[code] == 0 || !src.texts[r.Detail] {
			t.Errorf("%s: the sources do not have the code, or do not say %q", code, r.Detail)
		}
	}
	for _, o := range contractOperations(spec) {
		for _, code := range codesOf(o.Extensions) {
			if said[code].Status == 0 {
				t.Errorf("%s: x-codes has %s, which is not in x-refusals", o.OperationID, code)
			}
		}
	}
	for _, code := range codesOf(spec.Extensions) {
		if said[code].Status == 0 {
			t.Errorf("x-codes has %s, which is not in x-refusals", code)
		}
	}
}
