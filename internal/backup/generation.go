package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Generation is one whole backup.
type Generation struct {
	Manifest
	Dir   string
	blobs string
}

const unfinished = ".part" // behind the name of one that is being made

// What is kept: all generations of the last hours, so that one more in a hurry costs none, and the newest of each of the
// last days, weeks and months that have one.
const (
	keepHours  = 48
	keepDays   = 7
	keepWeeks  = 4
	keepMonths = 12
)

// ErrNone says that there is no backup.
var ErrNone = errors.New("there is no backup in this folder")

// Open finds the generation at dir, or the newest one in dir.
func Open(dir string) (*Generation, error) {
	if _, err := os.Stat(filepath.Join(dir, manifestName)); err == nil {
		return read(dir)
	}
	names, err := generations(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !ahead(name, time.Now()) {
			return read(filepath.Join(dir, name))
		}
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("all backups in %s are of a time to come, such as %s: set the clock, or name the one that is meant", dir, names[0])
	}
	return nil, fmt.Errorf("%w: %s", ErrNone, dir)
}

// ahead tells whether a generation was made by a clock that went wrong: it is never the newest.
func ahead(name string, now time.Time) bool {
	at, err := time.Parse(stamp, name)
	return err == nil && at.After(now.Add(time.Hour))
}

// generations gives the names of the whole ones, the newest first.
func generations(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if _, err := time.Parse(stamp, e.Name()); err == nil && e.IsDir() {
			names = append(names, e.Name())
		}
	}
	slices.Reverse(names)
	return names, err
}

var hashPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

func read(dir string) (*Generation, error) {
	g := &Generation{Dir: dir, blobs: filepath.Join(filepath.Dir(filepath.Clean(dir)), blobsName)}
	b, err := os.ReadFile(filepath.Join(dir, manifestName)) //nolint:gosec // as the caller said
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &g.Manifest); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", filepath.Join(dir, manifestName), err)
	}
	if g.Format != format {
		return nil, fmt.Errorf("%s is of another format (%d); use the program that made it: %s", dir, g.Format, g.Program)
	}
	for _, f := range append(slices.Clone(g.Files), g.Database) {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) || !hashPattern.MatchString(f.SHA256) {
			return nil, fmt.Errorf("%s %w: it names a file that cannot be in it", filepath.Join(dir, manifestName), ErrTampered)
		}
	}
	return g, nil
}

// removeUnfinished takes away what a backup left that was killed.
func removeUnfinished(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), unfinished)
		if _, bad := time.Parse(stamp, name); ok && bad == nil {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// prune removes the generations that the rule does not keep, and then the blobs of none.
func prune(dir string, now time.Time) error {
	names, err := generations(dir)
	if err != nil {
		return err
	}
	keep := kept(names, now)
	for _, name := range names {
		if keep[name] {
			continue
		}
		if err := removeGeneration(dir, name); err != nil {
			return err
		}
	}
	return pruneBlobs(dir, keep)
}

// removeGeneration takes its name first: what is half removed does not look whole.
func removeGeneration(dir, name string) error {
	gone := filepath.Join(dir, name+unfinished)
	if err := os.Rename(filepath.Join(dir, name), gone); err != nil {
		return err
	}
	return os.RemoveAll(gone)
}

// kept picks from names, the newest first. What a clock made that went ahead is kept, and keeps nothing else out.
func kept(names []string, now time.Time) map[string]bool {
	keep := map[string]bool{}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		at, err := time.Parse(stamp, name)
		keep[name] = err == nil && at.After(now.Add(-keepHours*time.Hour))
		return ahead(name, now)
	})
	for _, rule := range []struct {
		of    func(t time.Time) string
		count int
	}{
		{func(t time.Time) string { return t.Format(time.DateOnly) }, keepDays},
		{func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprint(y, w) }, keepWeeks},
		{func(t time.Time) string { return t.Format("2006-01") }, keepMonths},
	} {
		seen := map[string]bool{}
		for _, name := range names {
			t, err := time.Parse(stamp, name)
			if err != nil {
				continue
			}
			if period := rule.of(t.In(shanghai)); !seen[period] && len(seen) < rule.count {
				seen[period], keep[name] = true, true
			}
		}
	}
	return keep
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// pruneBlobs removes what no generation has. When one cannot be read nothing is removed.
func pruneBlobs(dir string, keep map[string]bool) error {
	used := map[string]bool{}
	for name := range keep {
		g, err := read(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		for _, f := range g.Files {
			used[f.SHA256] = true
		}
	}
	return filepath.WalkDir(filepath.Join(dir, blobsName), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || used[d.Name()] {
			return err
		}
		return os.Remove(path)
	})
}
