package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/store"
	"yimi/internal/version"
)

// shell types commands against one database.
type shell struct {
	t        *testing.T
	settings []string
}

func newShell(t *testing.T, url string) *shell {
	t.Helper()
	return &shell{t, []string{"--database", url, "--data-dir", t.TempDir(), "--log-level", "error"}}
}

// says runs a command with that on standard input, and gives its exit code and all that it says.
func (s *shell) says(in string, words ...string) (code int, said string) {
	s.t.Helper()
	var out bytes.Buffer
	code = app.Main(s.t.Context(), append(words, s.settings...), nil, strings.NewReader(in), &out, &out)
	return code, out.String()
}

// wants checks the exit code and what is said.
func (s *shell) wants(code int, part, in string, words ...string) string {
	s.t.Helper()
	got, said := s.says(in, words...)
	if got != code || !strings.Contains(said, part) {
		s.t.Errorf("yimi %s: exit %d, want %d, and %q in:\n%s", strings.Join(words, " "), got, code, part, said)
	}
	return said
}

// What is to be proved, or helped, must be there: nothing is made by asking.
func TestCommandsOnNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "typo", "yimi.db")
	s := newShell(t, "sqlite:"+path)
	for _, words := range [][]string{{"verify"}, {"password", "ma.wenbin"}, {"keys", "rotate"}, {"keys", "prune"}} {
		s.wants(1, "there is no database at "+path, "", words...)
	}
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("asking made %s: %v", filepath.Dir(path), err)
	}
	empty := filepath.Join(t.TempDir(), "empty.db")
	apptest.Must(t, os.WriteFile(empty, nil, 0o600))
	newShell(t, "sqlite:"+empty).wants(1, "there is no database at", "", "verify")
	newShell(t, "sqlite:"+t.TempDir()).wants(1, "is no file", "", "verify")
}

// An admin is made with a district or not at all, and what is wrong is named.
func TestAdminOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newShell(t, "sqlite:"+filepath.Join(t.TempDir(), "yimi.db"))
	const good, district = "long words are best\n", "利通区社会工作中心"
	s.wants(1, "usage: yimi admin LOGIN NAME DISTRICT", good, "admin", "ma.wenbin", "马文斌")
	s.wants(1, "password_weak", "short\n", "admin", "ma.wenbin", "马文斌", district)
	s.wants(1, "LOGIN: ", good, "admin", "M!", "马文斌", district)
	s.wants(1, "NAME: ", good, "admin", "ma.wenbin", "", district)
	if said := s.wants(1, "DISTRICT: ", good, "admin", "ma.wenbin", "马文斌", strings.Repeat("区", 200)); strings.Contains(said, "马文斌") {
		t.Errorf("the fault says more than the field: %s", said)
	}
	if code, said := s.says(good, "admin", "ma.wenbin", "马文斌", district); code != 0 || !strings.Contains(said, "马文斌 is district admin of "+district) {
		t.Fatalf("exit %d: %s", code, said)
	}
	s.wants(1, "there is: "+district, good, "admin", "bai.rui", "白蕊", "利通区社工中心")
	s.wants(1, "login", good, "admin", "ma.wenbin", "马文斌", "康巴什区社会工作中心", "--new")
	s.wants(0, "is district admin", good, "admin", "bai.rui", "白蕊", "康巴什区社会工作中心", "--new")
	s.wants(0, "is district admin", good, "admin", "yang.fan", "杨帆", district)
	db, err := store.Open(t.Context(), s.settings[1])
	apptest.Must(t, err)
	defer func() { apptest.Must(t, db.Close()) }()
	var districts int64
	apptest.Must(t, db.Read(t.Context()).Table("units").Count(&districts).Error)
	if districts != 2 {
		t.Errorf("%d districts: what was refused left one", districts)
	}
}

// On a terminal the password is typed twice, and not shown.
func TestPasswordIsAskedTwice(t *testing.T) {
	t.Parallel()
	s := newShell(t, "sqlite:"+filepath.Join(t.TempDir(), "yimi.db"))
	for typed, want := range map[string]string{"long words are best|long words are west": "the two passwords differ", "long words are best|long words are best": "is district admin"} {
		first, second, _ := strings.Cut(typed, "|")
		keyboard, terminal, err := pty.Open()
		apptest.Must(t, err)
		var out bytes.Buffer
		done := make(chan struct{})
		go func() {
			defer close(done)
			app.Main(t.Context(), append([]string{"admin", "ma.wenbin", "马文斌", "利通区社会工作中心"}, s.settings...), nil, terminal, &out, &out)
		}()
		for _, line := range []string{first, second} {
			_, err := fmt.Fprintln(keyboard, line)
			apptest.Must(t, err)
			time.Sleep(200 * time.Millisecond) // a terminal forgets what is typed while echo is switched
		}
		<-done
		apptest.Must(t, keyboard.Close())
		if said := out.String(); !strings.Contains(said, want) || strings.Contains(said, "long words") {
			t.Errorf("typed %q: %s", typed, said)
		}
		_ = terminal.Close()
	}
}

// Help goes by topics; a word that is none is named.
func TestHelpByTopics(t *testing.T) {
	t.Parallel()
	s := &shell{t: t}
	all := s.wants(0, "yimi COMMAND [settings]", "", "help")
	for _, command := range []string{"serve", "migrate", "verify", "admin", "password", "keys", "version"} {
		if !strings.Contains(all, "\n  "+command) {
			t.Errorf("help does not name %s:\n%s", command, all)
		}
		s.wants(0, "Usage:\n  yimi "+command, "", "help", command)
	}
	if strings.Contains(all, "--limits.") || strings.Contains(all, "demo ") && strings.Contains(all, "\n  demo") {
		t.Errorf("the first page of help has what belongs to a topic:\n%s", all)
	}
	s.wants(0, "--limits.cancel-notice", "", "help", "settings")
	s.wants(0, "--new", "", "admin", "--help")
	s.wants(0, "yimi 0.", "", "version")
	s.wants(1, `unknown command "sevre"`, "", "sevre")
	s.wants(1, `"sevre" is neither a flag nor its value`, "", "serve", "sevre")
	s.wants(1, "unknown flag: --colour", "", "serve", "--colour=red")
}

// A taken port is said with the setting's name, and two servers that differ in listen start on one machine.
func TestTakenPorts(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	apptest.Must(t, err)
	defer func() { apptest.Must(t, taken.Close()) }()
	address := taken.Addr().String()
	s := newShell(t, "sqlite:"+filepath.Join(t.TempDir(), "yimi.db"))
	s.wants(1, "yimi: listen: listen tcp "+address, "", "serve", "--listen", address)
	s.wants(1, "yimi: metrics_listen: listen tcp "+address, "", "serve", "--listen", "127.0.0.1:0", "--metrics-listen", address)
}

// A password from the command line signs in once, within a day, ends what was open, and its owner sets another.
func TestPasswordForOneSignIn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const login, own = "ma.wenbin", "long words are best"
		ctx := t.Context()
		_, err := w.Identity.BootstrapAdmin(ctx, "马文斌", login, own, func(*store.Tx) (int64, error) { return w.District.ID, nil })
		apptest.Must(t, err)
		before, err := w.Identity.LoginPassword(ctx, login, own, "")
		apptest.Must(t, err)

		once, err := w.Identity.ResetPassword(ctx, "Ma.Wenbin")
		apptest.Must(t, err)
		_, err = w.Identity.LoginPassword(ctx, login, own, "")
		apptest.WantCode(t, err, "bad_credentials")
		_, err = w.Identity.Refresh(ctx, before.RefreshToken)
		apptest.WantCode(t, err, "session_ended")
		in, err := w.Identity.LoginPassword(ctx, login, once, "")
		apptest.Must(t, err)
		_, err = w.Identity.LoginPassword(ctx, login, once, "")
		apptest.WantCode(t, err, "password_used")
		if n := w.Count("password_logins", "login = ? AND set_by = 0", login); n != 1 {
			t.Error("a password that somebody else read counts as the person's own")
		}
		a := auth.Actor{PersonID: in.PersonID, SessionID: in.SessionID}
		apptest.Must(t, w.Identity.ChangePassword(auth.With(audit.With(ctx, audit.Origin{Operation: "changePassword"}), a), once, own))
		for range 2 {
			_, err = w.Identity.LoginPassword(ctx, login, own, "")
			apptest.Must(t, err)
		}

		late, err := w.Identity.ResetPassword(ctx, login)
		apptest.Must(t, err)
		w.Clock.Advance(24 * time.Hour)
		_, err = w.Identity.LoginPassword(ctx, login, late, "")
		apptest.WantCode(t, err, "password_used")
		_, err = w.Identity.ResetPassword(ctx, "nobody")
		apptest.WantCode(t, err, "not_found")
	})
}

// One line at the start says what has started, and for whom.
func TestTheStartIsSaid(t *testing.T) {
	t.Parallel()
	s := newShell(t, "sqlite:"+filepath.Join(t.TempDir(), "yimi.db"))
	if said := s.served("serve", "--listen", "127.0.0.1:0"); !strings.Contains(said, "WeChat is not set up (wechat.app_id); may sign in: 0 with a password; make the first with: yimi admin\n") ||
		!strings.Contains(said, "yimi: "+version.Number()) || !strings.Contains(said, s.settings[1]+", schema 2") {
		t.Errorf("at first: %s", said)
	}
	s.wants(0, "is district admin", "long words are best\n", "admin", "ma.wenbin", "马文斌", "利通区社会工作中心")
	wechat := []string{"YIMI_WECHAT_APP_ID=wx0123456789abcdef", "YIMI_WECHAT_SECRET=" + strings.Repeat("a", 32)}
	if said := s.servedIn(wechat, "serve", "--listen", "127.0.0.1:0"); !strings.Contains(said, "WeChat is set up; may sign in: 1 with a password, everybody by WeChat\n") {
		t.Errorf("with WeChat: %s", said)
	}
}

func (s *shell) served(words ...string) string { return s.servedIn(nil, words...) }

// servedIn runs a server until it listens, and gives what it said.
func (s *shell) servedIn(environ []string, words ...string) string {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	defer stop()
	var out apptest.Log
	code := make(chan int, 1)
	go func() {
		code <- app.Main(ctx, append(words, s.settings...), environ, strings.NewReader(""), &out, &out)
	}()
	for range 600 {
		if strings.Contains(out.String(), "listening on") {
			stop()
			if got := <-code; got != 0 {
				s.t.Errorf("exit %d", got)
			}
			return out.String()
		}
		select {
		case got := <-code:
			s.t.Errorf("exit %d: %s", got, out.String())
			return out.String()
		case <-time.After(50 * time.Millisecond):
		}
	}
	s.t.Error("it does not listen")
	return out.String()
}
