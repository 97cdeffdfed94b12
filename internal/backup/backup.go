// Package backup takes a database and its files into a folder of generations, and brings one of them back.
//
// The folder has blobs/, every file once by the SHA-256 of its content, shared by all generations; and for each
// generation a folder with the database as it was at one instant and manifest.json, which names all that belongs to it.
// Nothing in it is a key, nor opens without one.
//
// No row lacks its file: a file is written before its row and removed after it. So the files are taken first, then
// the database, then the files that came meanwhile. What was in neither look was put in and taken away again between the
// two, and its row may stand in the copy: a manifest lists such rows as Missing, and the program tells who opens one that it was taken away.
package backup

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"yimi/internal/store"
	"yimi/internal/version"
)

// Source is what is to be backed up.
type Source struct {
	Store *store.Store
	Files string // the folder of the uploaded files
	Rows  Rows
	Say   func(what string, done func() (now, all int64)) (end func()) // shows how far a step is
}

// Rows are the columns that this package must know of.
type Rows struct {
	Sealed []Column // under keys
	Files  []Column // name a file
}

// Column is a column of a table.
type Column struct{ Table, Column string }

// Manifest says what a generation is.
type Manifest struct {
	Format   int       `json:"format"`
	Program  string    `json:"program"`
	Kind     string    `json:"kind"` // of the database: sqlite, mysql
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended"`
	Figures  Figures   `json:"figures"`
	Keys     []string  `json:"keys"`    // ids of those that something is sealed under
	Missing  []string  `json:"missing"` // names that rows have and no file
	Database File      `json:"database"`
	Files    []File    `json:"files"`
}

// File is one file with its content's hash.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

const (
	format       = 1
	manifestName = "manifest.json"
	blobsName    = "blobs"
	stamp        = "20060102T150405Z" // a generation's name; one that is not whole has another
)

// ErrBusy is what a second backup into one folder gets.
var ErrBusy = errors.New("another yimi backup is at work in this folder; wait until it has ended")

// Take makes a generation in dir, and then removes those that the rule no longer keeps. Whatever happens, a folder of a
// generation's name is whole: it gets its name last.
func Take(ctx context.Context, dir string, src Source) (*Generation, error) {
	if err := os.MkdirAll(filepath.Join(dir, blobsName), 0o700); err != nil {
		return nil, err
	}
	release, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := removeUnfinished(dir); err != nil {
		return nil, err
	}
	t := taking{src: src, dir: dir, files: map[string]File{}, keys: map[string]bool{}}
	t.Program, t.Format, t.Kind, t.Began = version.String(), format, src.Store.Dialect(), time.Now().UTC().Truncate(time.Second)
	g := &Generation{Dir: filepath.Join(dir, t.Began.Format(stamp)), blobs: filepath.Join(dir, blobsName)}
	if _, err := os.Lstat(g.Dir); err == nil {
		return nil, errors.New("there is a backup of this very second; run it again")
	}
	t.temp = g.Dir + unfinished
	if err := os.Mkdir(t.temp, 0o700); err != nil {
		return nil, err
	}
	if err := t.take(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(t.temp))
	}
	if err := os.Rename(t.temp, g.Dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(t.temp))
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	g.Manifest = t.Manifest
	if err := prune(dir, time.Now()); err != nil {
		return nil, fmt.Errorf("%s is whole, but older ones could not be cleared away: %w", g.Dir, err)
	}
	return g, nil
}

// lock keeps another backup out until release, or the end of the process however it ends.
func lock(dir string) (release func(), err error) {
	d, err := os.Open(dir) //nolint:gosec // as the caller said
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrBusy
		}
		return nil, errors.Join(err, d.Close())
	}
	return func() { _ = d.Close() }, nil
}

// taking is a backup under way.
type taking struct {
	Manifest
	src       Source
	dir, temp string
	files     map[string]File
	keys      map[string]bool
}

func (t *taking) take(ctx context.Context) error {
	if err := t.takeFiles(ctx, "files"); err != nil {
		return err
	}
	if err := t.takeDatabase(ctx); err != nil {
		return err
	}
	if err := t.takeFiles(ctx, "files that came meanwhile"); err != nil {
		return err
	}
	t.Files = sortedFiles(t.files)
	t.Keys = sortedKeys(t.keys)
	if t.Missing = missing(t.Missing, t.files); len(t.Missing) > 0 && len(t.files) == 0 {
		return fmt.Errorf("%d attachments have no file, and there is none at all in %s: is data_dir the right one, and is it mounted", len(t.Missing), t.src.Files)
	}
	t.Ended = time.Now().UTC()
	return t.writeManifest()
}

// takeDatabase copies the database and reads the figures of the same instant. A copy has no fewer entries of the ledger
// than there were when it was begun: SQLite's own check finds nothing wrong with a file that has none.
func (t *taking) takeDatabase(ctx context.Context) error {
	name := map[string]string{"sqlite": "yimi.db", "mysql": "yimi.sql"}[t.Kind]
	file := filepath.Join(t.temp, name)
	var before int64
	if err := t.src.Store.Look(ctx, func(v store.View) (err error) {
		before, err = entries(ctx, v)
		return err
	}); err != nil {
		return err
	}
	end := t.src.Say("database", func() (now, all int64) {
		info, err := os.Stat(file)
		if err != nil {
			return 0, 0
		}
		return info.Size(), 0
	})
	defer end()
	err := t.src.Store.Copy(ctx, file, func(v store.View) (err error) {
		if t.Figures, err = figuresOf(ctx, v); err != nil {
			return err
		}
		if t.Figures.Entries < before {
			return fmt.Errorf("the copy has %d entries of the ledger, and there were %d before", t.Figures.Entries, before)
		}
		if err := keysIn(ctx, v, t.src.Rows.Sealed, t.keys); err != nil {
			return err
		}
		t.Missing, err = names(ctx, v, t.src.Rows.Files)
		return err
	})
	if err != nil {
		return err
	}
	t.Database, err = hashFile(ctx, file, name)
	return err
}

func (t *taking) writeManifest() error {
	f, err := os.OpenFile(filepath.Join(t.temp, manifestName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(f)
	enc := json.NewEncoder(out)
	enc.SetIndent("", " ")
	if err := errors.Join(enc.Encode(t.Manifest), out.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncDir(t.temp)
}

// syncDir makes the names in a folder outlive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // our own
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
