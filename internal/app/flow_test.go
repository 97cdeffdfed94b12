package app_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"yimi/internal/apptest"
	"yimi/internal/storetest"
)

var (
	bashBlock = regexp.MustCompile("(?s)```bash\n(.*?)```")
	lastSum   = regexp.MustCompile(`(\d+) \+ (\d+) = (\d+)\n$`)
)

// The commands of docs/flow.md, as they stand there, against the real program with its demo.
func TestFlowByCurl(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/flow.md")
	apptest.Must(t, err)
	script := "set -euo pipefail\n"
	for _, b := range bashBlock.FindAllStringSubmatch(string(page), -1) {
		script += b[1]
	}
	storetest.EachURL(t, func(t *testing.T, url string) {
		p := newProgram(t, nil, "--demo", "--database="+url, "--data-dir="+t.TempDir())
		_, address := p.start()
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "bash", "-c", script)
		cmd.Env = append(os.Environ(), "YIMI="+address)
		raw, err := cmd.CombinedOutput()
		out := string(raw)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, say := range []string{`"state":"confirmed"`, "\ncancelled\n", `"repeated":true`, `"state":"attended"`, `"class":"system"`} {
			if !strings.Contains(out, say) {
				t.Errorf("nowhere: %s", say)
			}
		}
		var before, minutes, after int
		if m := lastSum.FindString(out); m != "" {
			_, _ = fmt.Sscanf(m, "%d + %d = %d", &before, &minutes, &after)
		}
		if minutes < 55 || before+minutes != after {
			t.Errorf("the campaign went from %d to %d with %d minutes:\n%s", before, after, minutes, out)
		}
		if out, err := p.run("verify"); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
}
