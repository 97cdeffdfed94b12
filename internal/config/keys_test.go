package config_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"yimi/internal/config"
)

func inDir(dir string) config.Config {
	c := config.Default()
	c.DataDir = dir
	return c
}

func TestKeysAreMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	c := inDir(filepath.Join(t.TempDir(), "data"))
	first, err := c.LoadKeys()
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.LoadKeys()
	if err != nil || !reflect.DeepEqual(first, again) {
		t.Errorf("the second start has other keys: %v", err)
	}
	if reflect.DeepEqual(first.Fields, first.Checkin) || len(first.AccessTokens[0].Secret) != 32 {
		t.Error("keys are short, or one serves for all")
	}
	dir := filepath.Join(c.DataDir, "keys")
	wantMode(t, dir, 0o700)
	entries, _ := os.ReadDir(dir)
	if len(entries) != 3 {
		t.Errorf("%d files in the folder, want 3", len(entries))
	}
	for _, e := range entries {
		wantMode(t, filepath.Join(dir, e.Name()), 0o600)
	}
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != want {
		t.Errorf("%s: %v, %v; want %v", path, info.Mode().Perm(), err, want)
	}
}

func TestKeysOfSettingsComeFirst(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, nil, []string{"YIMI_KEYS_CHECKIN=" + keyA + "," + keyB, "YIMI_DATA_DIR=" + t.TempDir()})
	keys, err := c.LoadKeys()
	if err != nil || len(keys.Checkin) != 2 || keys.Checkin[0].ID != "a" || len(keys.Fields) != 1 {
		t.Errorf("got %v, %v", keys, err)
	}
	if _, err := os.Stat(filepath.Join(c.DataDir, "keys", "checkin.key")); err == nil {
		t.Error("a key was made although one was set")
	}
}

func TestRotatedKeyFile(t *testing.T) {
	t.Parallel()
	c := inDir(t.TempDir())
	writeKey(t, c, "fields", keyB+"\n\n"+keyA+"\n", 0o600)
	keys, err := c.LoadKeys()
	if err != nil || len(keys.Fields) != 2 || keys.Fields[0].ID != "b" {
		t.Errorf("got %v, %v", keys, err)
	}
}

func writeKey(t *testing.T, c config.Config, name, text string, mode os.FileMode) {
	t.Helper()
	dir := filepath.Join(c.DataDir, "keys")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name+".key")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// A key that is there but cannot be used is never replaced: what it encrypted would be lost.
func TestBadKeyFilesAreToldAndKept(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"empty":       {"", 0o600, "backup"},
		"rubbish":     {"rubbish", 0o600, "is no key"},
		"cut":         {keyA[:20], 0o600, "is no key"},
		"open to all": {keyA, 0o644, "chmod 600"},
	} {
		c := inDir(t.TempDir())
		writeKey(t, c, "fields", try.text, try.mode)
		_, err := c.LoadKeys()
		if err == nil || !strings.Contains(err.Error(), "keys.fields: ") || !strings.Contains(err.Error(), try.want) {
			t.Errorf("%s: %v", name, err)
		}
		if kept, _ := os.ReadFile(filepath.Join(c.DataDir, "keys", "fields.key")); string(kept) != try.text {
			t.Errorf("%s: the file was changed", name)
		}
	}
	c := inDir(t.TempDir())
	writeKey(t, c, "fields", keyA, 0o600)
	if err := os.Chmod(filepath.Join(c.DataDir, "keys"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := c.LoadKeys(); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("open folder: %v", err)
	}
}

func TestMySQLMakesNoKeys(t *testing.T) {
	t.Parallel()
	c := inDir(t.TempDir())
	c.Database = "mysql:yimi@tcp(db:3306)/yimi"
	if _, err := c.LoadKeys(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("want a fault for each of three lists, got %v", err)
	}
	if _, err := os.Stat(filepath.Join(c.DataDir, "keys")); err == nil {
		t.Error("a folder of keys was made")
	}
	c.Demo = true
	if _, err := c.LoadKeys(); err != nil {
		t.Errorf("demo on MySQL: %v", err)
	}
}

func TestManyStartsMakeOneKey(t *testing.T) {
	t.Parallel()
	c := inDir(filepath.Join(t.TempDir(), "data"))
	got := make([]string, 16)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = secrets(c) })
	}
	wg.Wait()
	wantOne(t, got)
}

func wantOne(t *testing.T, got []string) {
	t.Helper()
	for i, s := range got {
		if s != got[0] || strings.Contains(s, "error") {
			t.Errorf("start %d has %s, start 0 has %s", i, s, got[0])
		}
	}
}

// secrets gives the keys in the clear, to compare.
func secrets(c config.Config) string {
	keys, err := c.LoadKeys()
	if err != nil {
		return "error: " + err.Error()
	}
	return fmt.Sprintf("%x %x %x", keys.AccessTokens[0].Secret, keys.Checkin[0].Secret, keys.Fields[0].Secret)
}

// The same with real processes, which wait at a gate so that they start together.
func TestManyProcessesMakeOneKey(t *testing.T) {
	if dir := os.Getenv("YIMI_TEST_KEYS_DIR"); dir != "" {
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		fmt.Println("KEYS " + secrets(inDir(dir)))
		return
	}
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	gateOut, gateIn, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, 4)
	var wg sync.WaitGroup
	for i := range got {
		cmd := exec.Command(os.Args[0], "-test.run=^TestManyProcessesMakeOneKey$")
		cmd.Env = append(os.Environ(), "YIMI_TEST_KEYS_DIR="+dir)
		cmd.Stdin = gateOut
		var out strings.Builder
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("process %d: %v", i, err)
			}
			_, keys, _ := strings.Cut(out.String(), "KEYS ")
			got[i], _, _ = strings.Cut(keys, "\n")
		})
	}
	_, _ = gateIn.Write(make([]byte, len(got)*4096))
	_ = gateIn.Close()
	_ = gateOut.Close()
	wg.Wait()
	if got[0] == "" {
		t.Fatal("no keys printed")
	}
	wantOne(t, got)
}

func TestFieldsKeysComeAndGo(t *testing.T) {
	t.Parallel()
	c := inDir(filepath.Join(t.TempDir(), "data"))
	first, err := c.LoadKeys()
	if err != nil {
		t.Fatal(err)
	}
	old := first.Fields[0].ID
	fresh, err := c.AddFieldsKey()
	if err != nil {
		t.Fatal(err)
	}
	both, err := c.LoadKeys()
	if err != nil || len(both.Fields) != 2 || both.Fields[0].ID != fresh || !reflect.DeepEqual(both.Fields[1], first.Fields[0]) {
		t.Errorf("%v, %v", both.Fields, err)
	}
	if err := c.DropFieldsKeys([]string{fresh, old}); err != nil {
		t.Fatal(err)
	}
	if last, err := c.LoadKeys(); err != nil || len(last.Fields) != 1 || last.Fields[0].ID != fresh {
		t.Errorf("the first stays, whatever is asked: %v, %v", last.Fields, err)
	}
	wantMode(t, c.FieldsFile(), 0o600)
	if entries, _ := os.ReadDir(filepath.Dir(c.FieldsFile())); len(entries) != 3 {
		t.Errorf("%d files in the folder, want 3", len(entries))
	}
	c.Keys.Fields = first.Fields
	if c.FieldsFile() != "" {
		t.Error("keys of the settings have a file")
	}
}
