package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func encode(v any) []byte {
	text, _ := json.Marshal(v) // of texts and numbers: cannot fail
	return text
}

// process is a server that the bench started.
type process struct {
	cmd     *exec.Cmd
	address string
	log     *os.File
	ready   time.Duration // from start to the first answer
	metrics string        // the address of the product's metrics and profiles
}

func freePort(ctx context.Context) (string, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

// start runs a server and waits until the path answers.
func start(ctx context.Context, logPath, probe string, env []string, name string, args func(listen string) []string) (*process, error) {
	listen, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	p := &process{address: "http://" + listen, log: log}
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), name, args(listen)...) // stop ends it
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = append(os.Environ(), env...), log, log
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < 2*time.Minute {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address+probe, nil)
		if err != nil {
			return nil, err
		}
		if res, err := http.DefaultClient.Do(r); err == nil {
			_ = res.Body.Close()
			if res.StatusCode < 500 {
				p.ready = time.Since(began)
				return p, nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	p.stop()
	return nil, fmt.Errorf("%s did not start; see %s", name, logPath)
}

// profile writes a profile of the processor over that time.
func (p *process) profile(ctx context.Context, seconds time.Duration, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", p.metrics, max(1, seconds.Seconds())), nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, res.Body)
	return errors.Join(err, out.Close())
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = p.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
		<-done
	}
	_ = p.log.Close()
}

// idle waits until the server has done the timed work of its start, which in a city takes a minute.
func (p *process) idle(ctx context.Context, w *world) error {
	for range 180 {
		before, busy := p.cpu(), 0
		time.Sleep(time.Second)
		if strings.HasPrefix(w.url, "mysql:") {
			if err := w.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM information_schema.processlist WHERE command = 'Query' AND time > 0").Scan(&busy); err != nil {
				return err
			}
		}
		if p.cpu()-before < 50*time.Millisecond && busy == 0 {
			return nil
		}
	}
	return errors.New("the server does not come to rest")
}

// cpu is the processor time used so far.
func (p *process) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if errors.Join(err1, err2) != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100 on Linux
}

// memory is the resident memory at its most, in MB, since the last call.
func (p *process) memory() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0) // begins the peak anew
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}
