package httpapi_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"yimi/api"
	"yimi/internal/apptest"
)

// counts is how SQL leaves out rows that it has counted first: OFFSET n, LIMIT n, m.
var counts = regexp.MustCompile(`(?i)\boffset\b|\blimit\s+(\?|\d+)\s*,`)

// Pages go by key everywhere: one that counts reads all before it again, and shows a row twice or never when
// one before it comes or goes. No Go source, no migration and no list of the contract counts.
func TestNoPageCounts(t *testing.T) {
	read := 0
	apptest.Must(t, filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case strings.HasSuffix(path, ".sql"):
			text, err := os.ReadFile(path)
			if counts.Match(text) {
				t.Errorf("%s counts rows away", path)
			}
			read++
			return err
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".gen.go"):
			read++
			return noOffset(t, path)
		}
		return nil
	}))
	if read < 300 {
		t.Fatalf("only %d files were read", read)
	}
	spec, err := api.GetSpec()
	apptest.Must(t, err)
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			has := map[string]bool{}
			for _, p := range op.Parameters {
				has[p.Value.Name] = true
			}
			for _, counter := range []string{"offset", "page", "skip", "start"} {
				if has[counter] {
					t.Errorf("%s %s has pages by %s", method, path, counter)
				}
			}
		}
	}
}

// noOffset looks for counting in what the file calls and in the SQL it writes.
func noOffset(t *testing.T, path string) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Offset" {
				t.Errorf("%s pages by Offset", files.Position(n.Pos()))
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && counts.MatchString(n.Value) {
				t.Errorf("%s counts rows away", files.Position(n.Pos()))
			}
		}
		return true
	})
	return nil
}
