package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/config"
)

// binaryDir holds the program while the tests run.
var binaryDir string

func TestMain(m *testing.M) {
	var err error
	if binaryDir, err = os.MkdirTemp("", "yimi-binary-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(binaryDir)
	os.Exit(code)
}

// binary builds the program once for all tests here, with the race detector if they have it.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binaryDir, "yimi")
	args := []string{"build", "-o", path}
	if raceEnabled {
		args = append(args, "-race", "-gcflags=modernc.org/...=-d=checkptr=0", "-gcflags=modernc.org/sqlite/lib=-race=false -d=checkptr=0") // as scripts/test
	}
	cmd := exec.Command("go", append(args, "yimi")...) //nolint:gosec,noctx // our own program
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{string(out), err}
	}
	return path, nil
})

type buildError struct {
	out string
	err error
}

func (e *buildError) Error() string { return e.err.Error() + "\n" + e.out }

// program is the real program with its settings.
type program struct {
	t      testing.TB
	path   string
	env    []string
	args   []string
	listen string // a free port unless it says another
}

func newProgram(t testing.TB, env []string, args ...string) *program {
	t.Helper()
	path, err := binary()
	apptest.Must(t, err)
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		env = append(env, name+"="+os.Getenv(name))
	}
	return &program{t, path, env, append(args, "--metrics-listen=", "--log-level=info"), "127.0.0.1:0"}
}

// keysEnv hands keys to a program by its environment.
func keysEnv(k config.Keys) (env []string) {
	for name, keys := range map[string][]config.Key{"ACCESS_TOKENS": k.AccessTokens, "CHECKIN": k.Checkin, "FIELDS": k.Fields} {
		env = append(env, "YIMI_KEYS_"+name+"="+keys[0].ID+":"+base64.StdEncoding.EncodeToString(keys[0].Secret))
	}
	return env
}

// start runs "yimi serve" and gives its address once it listens.
func (p *program) start() (cmd *exec.Cmd, url string) {
	p.t.Helper()
	cmd = exec.CommandContext(context.WithoutCancel(p.t.Context()), p.path, append([]string{"serve", "--listen=" + p.listen}, p.args...)...) //nolint:gosec // our own program
	cmd.Env = p.env
	out, err := cmd.StdoutPipe()
	apptest.Must(p.t, err)
	var log lockedBuffer
	cmd.Stderr = &log
	apptest.Must(p.t, cmd.Start())
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = cmd.Process.Wait()
		apptest.NoLeaks(p.t, log.String())
	})
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, at, ok := strings.Cut(lines.Text(), "listening on "); ok {
				found <- strings.TrimSuffix(at, "/")
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	select {
	case url = <-found:
	case <-time.After(60 * time.Second):
		p.t.Fatalf("the program does not listen: %s", log.String())
	}
	return cmd, url
}

// run runs another command to its end.
func (p *program) run(command string) (out string, err error) {
	cmd := exec.CommandContext(p.t.Context(), p.path, append([]string{command}, p.args...)...) //nolint:gosec // our own program
	cmd.Env = p.env
	raw, err := cmd.CombinedOutput()
	apptest.NoLeaks(p.t, string(raw))
	return string(raw), err
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
