package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"yimi/internal/store"
)

// Check reads every file of the generation and compares it with the manifest.
func (g *Generation) Check(ctx context.Context, say func(what string, done func() (now, all int64)) (end func())) error {
	all := g.Database.Bytes
	for _, f := range g.Files {
		all += f.Bytes
	}
	var done atomic.Int64
	defer say("checking what was kept", func() (int64, int64) { return done.Load(), all })()
	if err := check(ctx, g.DatabaseFile(), g.Database); err != nil {
		return err
	}
	done.Add(g.Database.Bytes)
	for _, f := range g.Files {
		if err := check(ctx, blobPath(g.blobs, f.SHA256), f); err != nil {
			return err
		}
		done.Add(f.Bytes)
	}
	return nil
}

// DatabaseFile is where the database lies.
func (g *Generation) DatabaseFile() string { return filepath.Join(g.Dir, g.Database.Name) }

// WriteFiles puts the files into a folder that is not there yet.
func (g *Generation) WriteFiles(ctx context.Context, folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	folders := map[string]bool{folder: true}
	for _, f := range g.Files {
		path := filepath.Join(folder, filepath.FromSlash(f.Name))
		folders[filepath.Dir(path)] = true
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := copyFile(ctx, blobPath(g.blobs, f.SHA256), path); err != nil {
			return err
		}
	}
	for folder := range folders {
		if err := syncDir(folder); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(ctx context.Context, from, to string) error {
	in, err := os.Open(from) //nolint:gosec // of the backup
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // local: read saw to it
	if err != nil {
		return err
	}
	_, err = io.Copy(out, untilEnded{ctx, in})
	return errors.Join(err, out.Sync(), out.Close())
}

// ErrDiffers says that what was restored is not what was backed up.
var ErrDiffers = errors.New("what was restored is not what was backed up")

// Compare holds the restored database, before it is migrated, and its files against the manifest.
func (g *Generation) Compare(ctx context.Context, s *store.Store, rows Rows) error {
	return s.Look(ctx, func(v store.View) error {
		is, err := figuresOf(ctx, v)
		if err != nil {
			return err
		}
		differences := g.Figures.differences(is)
		keys := map[string]bool{}
		if err := keysIn(ctx, v, rows.Sealed, keys); err != nil {
			return err
		}
		for id := range keys {
			if !slices.Contains(g.Keys, id) {
				differences = append(differences, "something is sealed under the key "+id)
			}
		}
		named, err := names(ctx, v, rows.Files)
		if err != nil {
			return err
		}
		files := map[string]File{}
		for _, f := range g.Files {
			files[f.Name] = f
		}
		for _, name := range missing(named, files) {
			if !slices.Contains(g.Missing, name) {
				differences = append(differences, "a row has no file: "+name)
			}
		}
		if len(differences) > 0 {
			return fmt.Errorf("%w: %s", ErrDiffers, strings.Join(differences, "; "))
		}
		return nil
	})
}
