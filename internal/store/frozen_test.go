package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// What a release has brought to people's databases is never edited: those who have it would not get the change.
func TestReleasedMigrationsAreFrozen(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("migrations/frozen.txt")
	must(t, err)
	for _, fault := range thawed(t, string(list), os.DirFS("migrations")) {
		t.Error(fault)
	}
}

// thawed compares the files with the list of the released ones, and says what to do about each that differs.
func thawed(t *testing.T, list string, files fs.FS) (faults []string) {
	t.Helper()
	frozen, newest := map[string]string{}, ""
	for line := range strings.Lines(list) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			continue
		}
		frozen[name], newest = sum, max(newest, path.Base(name))
	}
	names, err := fs.Glob(files, "*/*.sql")
	must(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		must(t, err)
		sum := sha256.Sum256(text)
		was, known := frozen[name]
		delete(frozen, name)
		switch {
		case known && was != hex.EncodeToString(sum[:]):
			faults = append(faults, name+" was released, and is changed: take the change back (git checkout) and write a new migration")
		case !known && path.Base(name) < newest:
			faults = append(faults, fmt.Sprintf("%s comes before %s, which was released: give it the time of now", name, newest))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(frozen)) {
		faults = append(faults, name+" was released, and is gone: take it back (git checkout)")
	}
	return faults
}

// The gate closes: on a file that was changed, on one that is gone, on one that was put between.
func TestThawedIsSeen(t *testing.T) {
	t.Parallel()
	sum := func(text string) string { s := sha256.Sum256([]byte(text)); return hex.EncodeToString(s[:]) }
	list := "# a line of words\n" + sum("a") + "  mysql/00001_a.sql\n" + sum("b") + "  mysql/20261201000000_b.sql\n"
	for name, try := range map[string]struct {
		files map[string]string
		want  string
	}{
		"as it was":     {map[string]string{"mysql/00001_a.sql": "a", "mysql/20261201000000_b.sql": "b"}, ""},
		"a later one":   {map[string]string{"mysql/00001_a.sql": "a", "mysql/20261201000000_b.sql": "b", "mysql/20261202000000_c.sql": "c"}, ""},
		"changed":       {map[string]string{"mysql/00001_a.sql": "a ", "mysql/20261201000000_b.sql": "b"}, "mysql/00001_a.sql was released, and is changed"},
		"gone":          {map[string]string{"mysql/20261201000000_b.sql": "b"}, "mysql/00001_a.sql was released, and is gone"},
		"put in before": {map[string]string{"mysql/00001_a.sql": "a", "mysql/00002_c.sql": "c", "mysql/20261201000000_b.sql": "b"}, "mysql/00002_c.sql comes before 20261201000000_b.sql"},
	} {
		files := fstest.MapFS{}
		for f, text := range try.files {
			files[f] = &fstest.MapFile{Data: []byte(text)}
		}
		faults := strings.Join(thawed(t, list, files), "\n")
		if (faults == "") != (try.want == "") || !strings.Contains(faults, try.want) {
			t.Errorf("%s: %q, want %q", name, faults, try.want)
		}
	}
}
