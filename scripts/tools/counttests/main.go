// Command counttests reads what "go test -json" prints, shows each package as it
// ends and the output of what failed, and ends with "N passed, N failed".
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type event struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

type counter struct {
	output         map[string]*strings.Builder // of each test and package that still runs
	parents        map[string]bool             // tests with subtests; only the leaves count
	brokenParents  map[string]bool
	failedIn       map[string]int
	passed, failed int
	skipped        int
}

func main() {
	c := &counter{output: map[string]*strings.Builder{}, parents: map[string]bool{},
		brokenParents: map[string]bool{}, failedIn: map[string]int{}}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text()) // not from go test: a message of the go command
			continue
		}
		c.see(e)
	}
	if err := lines.Err(); err != nil {
		fmt.Println(err)
		c.failed++
	}
	if c.skipped > 0 {
		fmt.Printf("%d skipped\n", c.skipped)
	}
	fmt.Printf("%d passed, %d failed\n", c.passed, c.failed)
	if c.failed > 0 {
		os.Exit(1)
	}
}

func (c *counter) see(e event) {
	key := e.Package + " " + e.Test
	if i := strings.LastIndex(e.Test, "/"); i > 0 {
		c.parents[e.Package+" "+e.Test[:i]] = true
	}
	switch e.Action {
	case "build-output":
		fmt.Print(e.Output)
	case "output":
		if c.output[key] == nil {
			c.output[key] = &strings.Builder{}
		}
		c.output[key].WriteString(e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			c.packageEnds(e)
		} else {
			c.testEnds(e, key)
		}
		delete(c.output, key)
	}
}

func (c *counter) testEnds(e event, key string) {
	if e.Action == "fail" {
		fmt.Print(c.output[key])
	}
	// A parent fails with its subtests; alone it counts only when none of them did.
	if c.parents[key] && (e.Action != "fail" || c.brokenParents[key]) {
		c.markParents(e)
		return
	}
	switch e.Action {
	case "pass":
		c.passed++
	case "skip":
		c.skipped++
	case "fail":
		c.failed++
		c.failedIn[e.Package]++
		c.markParents(e)
	}
}

// markParents notes that the tests above a failed one fail because of it.
func (c *counter) markParents(e event) {
	if e.Action != "fail" {
		return
	}
	for name := e.Test; strings.Contains(name, "/"); {
		name = name[:strings.LastIndex(name, "/")]
		c.brokenParents[e.Package+" "+name] = true
	}
}

func (c *counter) packageEnds(e event) {
	if e.Action == "skip" { // no tests
		return
	}
	// A package that fails without a failed test did not build, or died.
	if e.Action == "fail" && c.failedIn[e.Package] == 0 {
		c.failed++
		fmt.Print(c.output[e.Package+" "])
	}
	fmt.Printf("%-4s %-40s %6.1f s\n", map[string]string{"pass": "ok", "fail": "FAIL"}[e.Action], e.Package, e.Elapsed)
}
