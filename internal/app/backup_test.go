package app_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/backup"
	"yimi/internal/store"
	"yimi/internal/storetest"
)

// typed runs a command as it is typed.
func typed(t *testing.T, env []string, args ...string) (code int, said string) {
	t.Helper()
	var out, errOut bytes.Buffer
	code = app.Main(t.Context(), append(args, "--log-level", "error"), env, strings.NewReader(""), &out, &errOut)
	return code, out.String() + errOut.String()
}

// well runs a command that must succeed.
func well(t *testing.T, env []string, args ...string) (said string) {
	t.Helper()
	code, said := typed(t, env, args...)
	if code != 0 {
		t.Fatalf("%v: %d: %s", args, code, said)
	}
	return said
}

// badly runs a command that must fail and say why.
func badly(t *testing.T, why string, env []string, args ...string) {
	t.Helper()
	if code, said := typed(t, env, args...); code != 1 || !strings.Contains(said, why) {
		t.Errorf("%v: %d, not for %q: %s", args, code, why, said)
	}
}

// backupOf is the demo with files, and a folder of backups with one in it.
type backupOf struct {
	*demoHouse
	dir string
}

func newBackup(t *testing.T, url string) *backupOf {
	t.Helper()
	h := newDemoHouse(t, url)
	a := h.open()
	h.fill(a)
	apptest.Must(t, a.Close())
	b := &backupOf{h, filepath.Join(t.TempDir(), "backups")}
	b.take()
	return b
}

func (b *backupOf) at() []string {
	return []string{"--demo", "--database", b.url, "--data-dir", b.cfg.DataDir}
}

func (b *backupOf) take() string {
	b.t.Helper()
	return well(b.t, nil, append([]string{"backup", b.dir}, b.at()...)...)
}

// into is a new place, with the keys in it if they are to be there.
func (b *backupOf) into(keys bool) (dataDir, url string, args []string) {
	b.t.Helper()
	dataDir, url = filepath.Join(b.t.TempDir(), "new"), storetest.Empty(b.t, b.url)
	if keys {
		apptest.Must(b.t, os.MkdirAll(dataDir, 0o700))
		apptest.Must(b.t, os.CopyFS(filepath.Join(dataDir, "keys"), os.DirFS(filepath.Join(b.cfg.DataDir, "keys"))))
		b.private(filepath.Join(dataDir, "keys"))
	}
	return dataDir, url, []string{"restore", b.dir, "--demo", "--data-dir", dataDir, "--database", url}
}

func (b *backupOf) private(dir string) {
	b.t.Helper()
	files, err := os.ReadDir(dir)
	apptest.Must(b.t, err)
	for _, f := range files {
		apptest.Must(b.t, os.Chmod(filepath.Join(dir, f.Name()), 0o600))
	}
	apptest.Must(b.t, os.Chmod(dir, 0o700))
}

// nothing checks that a restore that failed left nothing.
func (b *backupOf) nothing(dataDir, url string) {
	b.t.Helper()
	files, err := filepath.Glob(filepath.Join(dataDir, "*"))
	apptest.Must(b.t, err)
	hidden, err := filepath.Glob(filepath.Join(dataDir, ".*"))
	apptest.Must(b.t, err)
	for _, f := range append(files, hidden...) {
		if filepath.Base(f) != "keys" {
			b.t.Errorf("%s was left", f)
		}
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if left, _ := filepath.Glob(path + "*"); len(left) > 0 {
			b.t.Errorf("%v was left", left)
		}
		return
	}
	if _, err := store.NewFresh(b.t.Context(), url); err != nil {
		b.t.Errorf("tables were left: %v", err)
	}
}

// What is backed up comes back, opens under its keys, and serves; the copy of a demo that runs is as good.
func TestBackupComesBack(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		p := newProgram(t, nil, b.at()...)
		p.start()
		time.Sleep(1100 * time.Millisecond) // a second has one backup
		if said := b.take(); !strings.Contains(said, "1 files") {
			t.Errorf("the attached file is not in it: %s", said)
		}
		dataDir, target, args := b.into(true)
		if said := well(t, nil, args...); !strings.Contains(said, "restored in") {
			t.Error(said)
		}
		badly(t, "is not empty", nil, args...)

		again := newProgram(t, nil, "--demo", "--database", target, "--data-dir", dataDir)
		_, address := again.start()
		if status, body := get(t, address+"/readyz"); status != 200 {
			t.Errorf("readyz: %d %s", status, body)
		}
		there := newDemoHouse(t, target)
		there.cfg.DataDir = dataDir
		a := there.open()
		defer func() { apptest.Must(t, a.Close()) }()
		var row struct{ ID, RequestID int64 }
		apptest.Must(t, a.Store.Read(t.Context()).Table("request_attachments").Select("id, request_id").Take(&row).Error)
		ctx := auth.With(audit.With(t.Context(), audit.Origin{Operation: "getAttachment"}), there.actor(a, "resident"))
		if _, file, err := a.Requests.File(ctx, row.RequestID, row.ID); err != nil || !strings.Contains(string(file), "病历第三页") {
			t.Errorf("the file does not open: %v", err)
		}
		res, err := http.Post(address+"/api/v1/auth/demo", "application/json", strings.NewReader(`{"persona":"resident"}`)) //nolint:noctx // a test
		apptest.Must(t, err)
		apptest.Must(t, res.Body.Close())
		if res.StatusCode >= 300 {
			t.Errorf("login: %d", res.StatusCode)
		}
	})
}

// A file that was changed, keys that are missing or of another content, and a place that is not empty are refused, and nothing is left of the try.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		g, err := backup.Open(b.dir)
		apptest.Must(t, err)

		dataDir, target, args := b.into(false)
		badly(t, "needs keys that are not here: "+g.Keys[0], nil, args...)
		if _, err := os.Stat(dataDir); err == nil {
			t.Error("the folder was left")
		}
		b.nothing(dataDir, target)
		dataDir, target, args = b.into(true)
		other := g.Keys[0] + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("x"), 32)) + "\n"
		apptest.Must(t, os.WriteFile(filepath.Join(dataDir, "keys", "fields.key"), []byte(other), 0o600))
		badly(t, "does not open by the key "+g.Keys[0], nil, args...)
		b.nothing(dataDir, target)

		dataDir, target, args = b.into(true)
		apptest.Must(t, os.WriteFile(filepath.Join(dataDir, "notes.txt"), nil, 0o600))
		badly(t, "is not empty: it has notes.txt", nil, args...)
		apptest.Must(t, os.Remove(filepath.Join(dataDir, "notes.txt")))
		args[len(args)-1] = b.url
		badly(t, "database to restore into is there already", nil, args...)
		b.nothing(dataDir, target)

		blob := filepath.Join(b.dir, "blobs", g.Files[0].SHA256[:2], g.Files[0].SHA256)
		for _, file := range []string{g.DatabaseFile(), blob} {
			tamper(t, file)
			dataDir, target, args = b.into(true)
			badly(t, filepath.Base(file)+" is not what was backed up", nil, args...)
			b.nothing(dataDir, target)
			badly(t, filepath.Base(file)+" is not what was backed up", nil, append([]string{"drill", b.dir}, b.at()...)...)
			tamper(t, file) // and back
		}
		if _, err := os.Stat(filepath.Join(b.cfg.DataDir, "restorable")); err == nil {
			t.Error("a drill that failed was noted")
		}

		// A manifest whose figures are not those of its database.
		manifest := filepath.Join(g.Dir, "manifest.json")
		raw, err := os.ReadFile(manifest)
		apptest.Must(t, err)
		for _, figure := range []string{fmt.Sprintf(`"minutes": %d`, g.Figures.Minutes), `"heads": "` + g.Figures.Heads[:3], fmt.Sprintf(`"people": %d`, g.Figures.Tables["people"])} {
			changed := strings.Replace(string(raw), figure, figure[:len(figure)-1]+map[bool]string{true: "1", false: "0"}[figure[len(figure)-1] == '0'], 1)
			apptest.Must(t, os.WriteFile(manifest, []byte(changed), 0o600))
			dataDir, target, args = b.into(true)
			badly(t, "what was restored is not what was backed up", nil, args...)
			b.nothing(dataDir, target)
		}
	})
}

// tamper changes one byte; a second time it changes it back.
func tamper(t *testing.T, path string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	apptest.Must(t, err)
	raw[len(raw)/2] ^= 1
	apptest.Must(t, os.WriteFile(path, raw, 0o600))
}

// No key, by any of its spellings, is in a backup.
func TestBackupHasNoKeys(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		var secrets [][]byte
		apptest.Must(t, filepath.WalkDir(filepath.Join(b.cfg.DataDir, "keys"), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			_, key, _ := strings.Cut(strings.TrimSpace(string(raw)), ":")
			secret, bad := base64.StdEncoding.DecodeString(key)
			apptest.Must(t, bad)
			secrets = append(secrets, []byte(key), secret, fmt.Appendf(nil, "%x", secret))
			return err
		}))
		if len(secrets) != 9 {
			t.Fatalf("%d secrets", len(secrets))
		}
		files := 0
		apptest.Must(t, filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files++
			raw, err := os.ReadFile(path)
			for _, s := range secrets {
				if bytes.Contains(raw, s) {
					t.Errorf("%s has a key", path)
				}
			}
			return err
		}))
		if files < 3 {
			t.Errorf("%d files", files)
		}
	})
}

// A drill restores into a place that goes again, and its success is a metric.
func TestDrill(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		metrics := freePort(t)
		p := newProgram(t, nil, b.at()...)
		p.args = append(p.args, "--metrics-listen="+metrics)
		p.start()
		age := func() string {
			_, body := get(t, "http://"+metrics+"/metrics")
			_, line, _ := strings.Cut(body, "\nyimi_backup_restorable_age_seconds ")
			line, _, _ = strings.Cut(line, "\n")
			return line
		}
		if got := age(); got != "+Inf" {
			t.Errorf("before any drill: %q", got)
		}
		if said := well(t, nil, append([]string{"drill", b.dir}, b.at()...)...); !strings.Contains(said, "served and logged in to") {
			t.Error(said)
		}
		var seconds float64
		if _, err := fmt.Sscan(age(), &seconds); err != nil || seconds < 0 || seconds > 120 {
			t.Errorf("after a drill: %q", age())
		}
		badly(t, "there is no backup", nil, append([]string{"drill", t.TempDir()}, b.at()...)...)
	})
}

// Every instant at which a backup is taken while people sign up and are credited comes back whole, with the figures that
// it was taken with.
func TestBackupUnderWrites(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := newStorm(t, url)
		p := newProgram(t, keysEnv(s.Keys), "--database="+url, "--data-dir="+t.TempDir())
		_, address := p.start()
		ended := make(chan struct{})
		go func() { defer close(ended); s.blow(address, func(int64) { time.Sleep(200 * time.Millisecond) }) }()
		var taken []string
		for over := false; !over; time.Sleep(250 * time.Millisecond) {
			dir := filepath.Join(t.TempDir(), "backups")
			well(t, keysEnv(s.Keys), "backup", dir, "--database", url)
			taken = append(taken, dir)
			select {
			case <-ended:
				over = true
			default:
			}
		}
		var before int64
		instants := map[string]bool{}
		for _, dir := range taken {
			g, err := backup.Open(dir)
			apptest.Must(t, err)
			t.Logf("%d entries, %d sign-ups", g.Figures.Entries, g.Figures.Tables["signups"])
			if g.Figures.Entries < before {
				t.Errorf("%d entries, and %d before", g.Figures.Entries, before)
			}
			before = g.Figures.Entries
			instants[fmt.Sprint(before, g.Figures.Tables["signups"])] = true
			well(t, keysEnv(s.Keys), "restore", dir, "--data-dir", filepath.Join(t.TempDir(), "new"), "--database", storetest.Empty(t, url))
		}
		if before != 80 {
			t.Errorf("the last one has %d entries", before)
		}
		if len(instants) < 3 {
			t.Errorf("all were taken before or after the writes: %v", instants)
		}
	})
}

// whileAtWork are moments at which a command is killed, since it began to write.
var whileAtWork = []time.Duration{0, time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond,
	80 * time.Millisecond, 160 * time.Millisecond, 320 * time.Millisecond, 640 * time.Millisecond}

// killAtWork runs a command and kills it so long after the first that it wrote is there, however long it takes to get there.
func killAtWork(t *testing.T, cmd *exec.Cmd, first string, delay time.Duration) {
	t.Helper()
	apptest.Must(t, cmd.Start())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	for there := false; !there; {
		select {
		case <-ended:
			return
		case <-time.After(time.Millisecond):
			found, err := filepath.Glob(first)
			apptest.Must(t, err)
			there = len(found) > 0
		}
	}
	time.Sleep(delay)
	_ = cmd.Process.Kill()
	<-ended
}

// A backup that is killed leaves nothing that looks whole, and the next one clears away what it left.
func TestKilledBackup(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		p := newProgram(t, nil, b.at()...)
		parts := 0
		for _, delay := range whileAtWork {
			dir := filepath.Join(t.TempDir(), "backups")
			cmd := exec.CommandContext(t.Context(), p.path, append([]string{"backup", dir}, p.args...)...) //nolint:gosec // our own program
			cmd.Env = p.env
			killAtWork(t, cmd, filepath.Join(dir, "*.part"), delay)
			left, err := filepath.Glob(filepath.Join(dir, "*.part"))
			apptest.Must(t, err)
			parts += len(left)
			if g, err := backup.Open(dir); err == nil {
				apptest.Must(t, g.Check(t.Context(), quietly))
			}
			if len(left) == 0 {
				continue
			}
			well(t, nil, append([]string{"backup", dir}, b.at()...)...)
			if left, _ = filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
				t.Errorf("%v was left", left)
			}
		}
		if parts == 0 {
			t.Error("none was killed in the middle")
		}
		t.Logf("%d were killed in the middle", parts)
	})
}

// readyOnlyWhole checks that no server works on a database that is loaded in part.
func (b *backupOf) readyOnlyWhole(url string) {
	b.t.Helper()
	s, err := store.Open(b.t.Context(), url, store.WithLogger(slog.New(slog.DiscardHandler)))
	apptest.Must(b.t, err)
	defer func() { apptest.Must(b.t, s.Close()) }()
	if s.Ready(b.t.Context()) != nil {
		return
	}
	g, err := backup.Open(b.dir)
	apptest.Must(b.t, err)
	apptest.Must(b.t, g.Compare(b.t.Context(), s, app.RowsOfBackup()))
}

// A restore that is killed leaves no database under its name, and the next one clears away what it left; on MySQL it is refused until
// the database is empty again.
func TestKilledRestore(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		p := newProgram(t, nil)
		killed := 0
		for _, delay := range whileAtWork {
			dataDir, target, args := b.into(true)
			cmd := exec.CommandContext(t.Context(), p.path, args...) //nolint:gosec // our own program
			cmd.Env = p.env
			killAtWork(t, cmd, filepath.Join(dataDir, ".restoring"), delay)
			if cmd.ProcessState.Success() {
				continue
			}
			if _, err := os.Lstat(filepath.Join(dataDir, ".restoring")); errors.Is(err, fs.ErrNotExist) { // it was done, and about to say so
				b.readyOnlyWhole(target)
				continue
			}
			killed++
			if _, err := store.NewFresh(t.Context(), target); err != nil {
				if !errors.Is(err, store.ErrNotFresh) || !strings.HasPrefix(target, "mysql:") {
					t.Errorf("after %s: %v", delay, err)
				}
				b.readyOnlyWhole(target)
				badly(t, "database to restore into is there already", nil, args...)
				args[len(args)-1] = storetest.Empty(t, b.url)
			}
			well(t, nil, args...)
			if left, _ := filepath.Glob(filepath.Join(dataDir, ".restoring")); len(left) > 0 {
				t.Errorf("%v was left", left)
			}
		}
		if killed == 0 {
			t.Error("none was killed in the middle")
		}
		t.Logf("%d were killed in the middle", killed)
	})
}

func quietly(string, func() (now, all int64)) (end func()) { return func() {} }

// A file that comes while the database is copied is in the backup, and so is one that goes: no row lacks its file.
func TestBackupHasTheFileOfEveryRow(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		a := b.open()
		defer func() { apptest.Must(t, a.Close()) }()
		ctx := auth.With(audit.With(t.Context(), audit.Origin{Operation: "addAttachment"}), b.actor(a, "resident"))
		var first struct{ ID, RequestID int64 }
		apptest.Must(t, a.Store.Read(t.Context()).Table("request_attachments").Select("id, request_id").Take(&first).Error)
		at := func(what string, _ func() (now, all int64)) (end func()) {
			if what != "database" {
				return func() {}
			}
			_, err := a.Requests.Attach(ctx, first.RequestID, []byte("%PDF-1.4\n% 第四页\ntrailer<<>>\n%%EOF\n"))
			apptest.Must(t, err)
			return func() { apptest.Must(t, a.Requests.Detach(ctx, first.RequestID, first.ID)) }
		}
		time.Sleep(1100 * time.Millisecond)
		db := storetest.OpenURL(t, url)
		g, err := backup.Take(t.Context(), b.dir, backup.Source{Store: db, Files: filepath.Join(b.cfg.DataDir, "files"), Rows: app.RowsOfBackup(), Say: at})
		apptest.Must(t, err)
		if len(g.Missing) > 0 || len(g.Files) != 2 || g.Figures.Tables["request_attachments"] != 2 {
			t.Errorf("missing %v of %d files and %d rows", g.Missing, len(g.Files), g.Figures.Tables["request_attachments"])
		}
		_, _, args := b.into(true)
		well(t, nil, args...)

		// One that came and went between the looks is named.
		var second struct{ ID int64 }
		apptest.Must(t, a.Store.Read(t.Context()).Table("request_attachments").Select("id").Take(&second).Error)
		files := filepath.Join(b.cfg.DataDir, "files")
		apptest.Must(t, os.RemoveAll(files))
		time.Sleep(1100 * time.Millisecond)
		badly(t, "there is none at all in "+files, nil, append([]string{"backup", b.dir}, b.at()...)...) // another folder, or one that is not mounted
		apptest.Must(t, os.MkdirAll(files, 0o700))
		apptest.Must(t, os.WriteFile(filepath.Join(files, "another"), []byte("x"), 0o600))
		time.Sleep(1100 * time.Millisecond)
		if said := b.take(); !strings.Contains(said, "1 attachments have no file") {
			t.Error(said)
		}
		_, _, args = b.into(true)
		well(t, nil, args...)
	})
}

// Two at once: the second says so.
func TestTwoBackupsAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	b := newBackup(t, url)
	db := storetest.OpenURL(t, url)
	tried := false
	try := func(string, func() (now, all int64)) (end func()) {
		if !tried {
			badly(t, "another yimi backup is at work", nil, append([]string{"backup", b.dir}, b.at()...)...)
			tried = true
		}
		return func() {}
	}
	time.Sleep(1100 * time.Millisecond)
	_, err := backup.Take(t.Context(), b.dir, backup.Source{Store: db, Files: filepath.Join(b.cfg.DataDir, "files"), Say: try})
	apptest.Must(t, err)
	if !tried {
		t.Error("there was no second")
	}
	badly(t, "there is no database", nil, "backup", b.dir, "--database", "sqlite:"+filepath.Join(t.TempDir(), "none.db"), "--data-dir", b.cfg.DataDir)
}

// An older program touches nothing that a newer one has migrated: not the database, not a backup of it.
func TestOlderProgramRefusesANewerDatabase(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		s := storetest.OpenURL(t, url)
		apptest.Must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
			return tx.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999999999999, ?)", true).Error
		}))
		const why = "the database is newer than this program; start the newer yimi (it has migrations that this one does not know: 99999999999999)"
		for _, command := range [][]string{{"serve"}, {"migrate"}, {"verify"}, {"backup", b.dir}, {"admin", "ma.wenbin", "马文斌", "利通区社会工作中心"}, {"keys", "prune"}} {
			badly(t, why, nil, append(command, b.at()...)...)
		}
		time.Sleep(1100 * time.Millisecond)                                                                                                                      // a second has one backup
		_, err := backup.Take(t.Context(), b.dir, backup.Source{Store: s, Files: filepath.Join(b.cfg.DataDir, "files"), Rows: app.RowsOfBackup(), Say: quietly}) // by the newer one
		apptest.Must(t, err)
		dataDir, target, args := b.into(true)
		badly(t, why, nil, args...)
		b.nothing(dataDir, target)
		badly(t, why, nil, append([]string{"drill", b.dir}, b.at()...)...)
	})
}

// Rows of every kind of value come back byte by byte from a copy of MySQL.
func TestCopyKeepsEveryByte(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.OpenURL(t, url)
		var all []byte
		for i := range 256 {
			all = append(all, byte(i))
		}
		text := "行一\n行二\r\\'\"\x00\x1a`%_; -- 😀𫟅"
		apptest.Must(t, s.Tx(t.Context(), func(tx *store.Tx) error {
			return tx.Exec("INSERT INTO idempotency_keys (id, person_id, request_key, operation, body_hash, nonce, status, content_type, body, created_at) VALUES (?, ?, ?, '', '', '', 0, ?, ?, 0)",
				int64(1)<<60, int64(-5), "k", text, all).Error
		}))
		file := filepath.Join(t.TempDir(), "copy")
		apptest.Must(t, s.Copy(t.Context(), file, func(store.View) error { return nil }))
		fresh, err := store.NewFresh(t.Context(), storetest.Empty(t, url))
		apptest.Must(t, err)
		apptest.Must(t, fresh.Load(t.Context(), file))
		back, err := store.Open(t.Context(), fresh.URL(), store.WithLogger(slog.New(slog.DiscardHandler)))
		apptest.Must(t, err)
		var row struct {
			ID, PersonID int64
			ContentType  string
			Body         []byte
		}
		apptest.Must(t, back.Read(t.Context()).Table("idempotency_keys").Take(&row).Error)
		apptest.Must(t, back.Ready(t.Context()))
		apptest.Must(t, back.Close())
		if got, _ := json.Marshal(row); row.ID != 1<<60 || row.PersonID != -5 || row.ContentType != text || !bytes.Equal(row.Body, all) {
			t.Errorf("%s", got)
		}
	})
}

// A restore that was killed after its files had their place, and before the database had, is done again.
func TestRestoreAfterOneKilledAtTheEnd(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		dataDir, _, args := b.into(true)
		for _, left := range []string{".restoring", "files/half"} {
			apptest.Must(t, os.MkdirAll(filepath.Join(dataDir, left), 0o700))
		}
		well(t, nil, args...)
		for _, gone := range []string{".restoring", "files/half"} {
			if _, err := os.Lstat(filepath.Join(dataDir, gone)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s was left: %v", gone, err)
			}
		}
		args[len(args)-1] = storetest.Empty(t, b.url)
		badly(t, "is not empty: it has files", nil, args...)
	})
}

// A backup lies apart from what it is of, and a restore from the backups.
func TestBackupLiesApart(t *testing.T) {
	t.Parallel()
	b := newBackup(t, storetest.URL(t))
	for _, dir := range []string{b.cfg.DataDir, filepath.Join(b.cfg.DataDir, "backups"), filepath.Join(b.cfg.DataDir, "files", "backups"), filepath.Dir(b.cfg.DataDir)} {
		badly(t, "lie one in the other", nil, append([]string{"backup", dir}, b.at()...)...)
	}
	badly(t, "lies in the folder of the backups", nil, "restore", b.dir, "--demo", "--data-dir", filepath.Join(b.dir, "new"))
}

// What comes back from a backup signs nobody in who was signed out since.
func TestRestoreEndsSessions(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		b := newBackup(t, url)
		dataDir, target, args := b.into(true)
		well(t, nil, args...)
		s := storetest.OpenURL(t, target)
		var all, live int64
		apptest.Must(t, s.Read(t.Context()).Table("sessions").Count(&all).Error)
		apptest.Must(t, s.Read(t.Context()).Table("sessions").Where("ended_at IS NULL").Count(&live).Error)
		if all == 0 || live != 0 {
			t.Errorf("%d of %d sessions live on in %s", live, all, dataDir)
		}
	})
}
