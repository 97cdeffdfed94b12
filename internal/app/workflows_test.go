package app_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/workflow"
)

var update = flag.Bool("update", false, "write docs/workflows.md anew")

const workflowsFile = "../../docs/workflows.md"

// docs/workflows.md is drawn from the features' tables; "go test ./internal/app -run Workflows -update" draws it anew.
func TestWorkflowsAreDrawn(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Workflows\n\nDrawn from the tables of moves that each feature names in its `feature.go` by `go test ./internal/app -run Workflows -update`;\n" +
		"a test fails when this page is stale. What is not in a table is refused with 409 `bad_transition`.\n")
	for _, f := range app.Declared() {
		for _, d := range f.Workflows {
			draw(&b, d)
		}
	}
	if *update {
		apptest.Must(t, os.WriteFile(workflowsFile, []byte(b.String()), 0o644)) //nolint:gosec // a page of the docs
	}
	now, err := os.ReadFile(workflowsFile)
	if err != nil || string(now) != b.String() {
		t.Errorf("docs/workflows.md is stale (%v); run: go test ./internal/app -run Workflows -update", err)
	}
}

// A table of moves that its feature does not name would not be drawn.
func TestEveryTableOfMovesIsNamed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*/*.go")
	apptest.Must(t, err)
	table, tables := regexp.MustCompile(`(?m)^var (\w+) = \[\]workflow\.Move\[`), 0
	for _, file := range files {
		raw, err := os.ReadFile(file) //nolint:gosec // our own sources
		apptest.Must(t, err)
		for _, found := range table.FindAllSubmatch(raw, -1) {
			tables++
			named, err := os.ReadFile(filepath.Join(filepath.Dir(file), "feature.go")) //nolint:gosec // our own sources
			if err != nil || !strings.Contains(string(named), ", "+string(found[1])+", ") {
				t.Errorf("%s: %s is not among the Workflows of its feature.go", file, found[1])
			}
		}
	}
	if tables < 5 {
		t.Errorf("only %d tables were found", tables)
	}
}

func draw(b *strings.Builder, d workflow.Drawing) {
	fmt.Fprintf(b, "\n## %s\n\n```mermaid\nstateDiagram-v2\n", d.Title)
	begun := map[string]bool{}
	for _, m := range d.Moves {
		if how, ok := d.Begins[m.From]; ok && !begun[m.From] {
			fmt.Fprintf(b, "    [*] --> %s: %s\n", m.From, how)
			begun[m.From] = true
		}
	}
	for _, m := range d.Moves {
		fmt.Fprintf(b, "    %s --> %s: %s\n", m.From, m.To, m.Action)
	}
	b.WriteString("```\n\n| from | action | to | who |\n|---|---|---|---|\n")
	for _, m := range d.Moves {
		who := make([]string, len(m.Who))
		for i, w := range m.Who {
			who[i] = string(w)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", m.From, m.Action, m.To, strings.Join(who, ", "))
	}
}
