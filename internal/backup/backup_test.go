package backup

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Two backups a day for two years: what is kept of them.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	var names []string
	for at := time.Date(2026, 11, 30, 18, 30, 0, 0, time.UTC); len(names) < 1460; at = at.Add(-12 * time.Hour) {
		names = append(names, at.Format(stamp))
	}
	now := time.Date(2026, 11, 30, 18, 31, 0, 0, time.UTC)
	keep := kept(append([]string{"20291201T000000Z"}, names...), now)
	for _, name := range []string{
		"20261130T183000Z", // today: 2:30 of 1 December in Wuzhong
		"20261130T063000Z", // yesterday's last
		"20261129T183000Z", // of the last two days all
		"20261129T063000Z",
		"20291201T000000Z", // of a clock that went ahead
		"20261125T063000Z", // the seventh day
		"20261122T063000Z", // a Sunday: the end of a week
		"20261115T063000Z",
		"20261031T063000Z", // the end of a month there
		"20260131T063000Z", // the twelfth month
	} {
		if !keep[name] {
			t.Errorf("%s is not kept", name)
		}
	}
	for _, name := range []string{"20261128T183000Z", "20261124T063000Z", "20261108T063000Z", "20251231T063000Z"} {
		if keep[name] {
			t.Errorf("%s is kept", name)
		}
	}
	n := 0
	for _, is := range keep {
		if is {
			n++
		}
	}
	if n != 1+1+7+2+10 {
		t.Errorf("%d are kept", n)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}

// Blobs of no generation go, those of any stay; when a manifest cannot be read all stay.
func TestPruneTakesOnlyWhatNoneHas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Date(2026, 12, 30, 0, 0, 0, 0, time.UTC)
	hash := func(c string) (h string) {
		for range 64 {
			h += c
		}
		return h
	}
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	manifest := func(h string) string {
		return `{"format":1,"database":{"name":"yimi.db","sha256":"` + h + `"},"files":[{"name":"A","sha256":"` + h + `"}]}`
	}
	blobs := func() (out []string) {
		all, _ := filepath.Glob(filepath.Join(dir, "blobs", "*", "*"))
		for _, b := range all {
			out = append(out, filepath.Base(b)[:1])
		}
		return out
	}
	for _, c := range []string{"a", "b", "c"} {
		write("blobs/"+c+c+"/"+hash(c), c)
	}
	write("20261130T010000Z/manifest.json", manifest(hash("a"))) // the same day's earlier
	write("20261130T020000Z/manifest.json", manifest(hash("b")))
	write("20261129T010000Z/manifest.json", "{")
	write("mine/notes.txt", "not a backup")
	if err := prune(dir, now); err == nil {
		t.Error("a manifest that cannot be read went unseen")
	}
	if got := blobs(); len(got) != 3 {
		t.Errorf("blobs %v", got)
	}
	write("20261129T010000Z/manifest.json", manifest(hash("c")))
	if err := prune(dir, now); err != nil {
		t.Fatal(err)
	}
	if got := blobs(); !slices.Equal(got, []string{"b", "c"}) {
		t.Errorf("blobs %v", got)
	}
	if names, _ := generations(dir); len(names) != 2 {
		t.Errorf("generations %v", names)
	}
	if _, err := os.Stat(filepath.Join(dir, "mine", "notes.txt")); err != nil {
		t.Error("what is not a backup went")
	}
}

// A manifest names nothing outside of its folder.
func TestManifestStaysInside(t *testing.T) {
	t.Parallel()
	good := `"` + strings.Repeat("a", 64) + `"`
	for _, c := range []struct{ name, hash string }{{"../../etc/passwd", good}, {"/etc/passwd", good}, {"A", `"../../../../etc/passwd"`}, {"A", `""`}} {
		dir := t.TempDir()
		text := `{"format":1,"database":{"name":"yimi.db","sha256":` + good + `},"files":[{"name":"` + c.name + `","sha256":` + c.hash + `}]}`
		if err := os.WriteFile(filepath.Join(dir, manifestName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); !errors.Is(err, ErrTampered) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
