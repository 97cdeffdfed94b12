// Package files keeps files in one folder, by name. A name may have folders in it, with /
// between; none leads out of the folder, whatever links lie in it: os.Root sees to that.
//
// What is not there is fs.ErrNotExist. A file is there whole or not at all, also after a power cut.
package files

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Unfinished is how the name ends of a file that is being written.
const Unfinished = ".tmp"

// Folder is a folder of files.
type Folder struct{ root *os.Root }

// Open opens a folder, and makes it if it is not there.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{root}, nil
}

// Close ends the use of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Read gives a file's content.
func (f *Folder) Read(name string) ([]byte, error) { return f.root.ReadFile(name) }

// Head gives a file's first bytes, at most so many.
func (f *Folder) Head(name string, most int64) ([]byte, error) {
	in, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	head, err := io.ReadAll(io.LimitReader(in, most))
	return head, errors.Join(err, in.Close())
}

// Exists tells whether there is such a file.
func (f *Folder) Exists(name string) (bool, error) {
	_, err := f.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Write makes a file, or puts another content in its place: who reads meanwhile has the one or the other.
func (f *Folder) Write(name string, content []byte) error {
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	temp := name + "." + rand.Text() + Unfinished
	if err := f.writeTemp(temp, content); err != nil {
		return errors.Join(err, f.root.Remove(temp))
	}
	if err := f.root.Rename(temp, name); err != nil {
		return errors.Join(err, f.root.Remove(temp))
	}
	return f.sync(path.Dir(name))
}

func (f *Folder) writeTemp(temp string, content []byte) error {
	out, err := f.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	return errors.Join(err, out.Sync(), out.Close())
}

// sync makes the names in a folder outlive a power cut.
func (f *Folder) sync(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Delete takes a file away.
func (f *Folder) Delete(name string) error { return f.root.Remove(name) }

// Each goes through the names of all files, in their order; not of those that are being written.
func (f *Folder) Each(do func(name string) error) error {
	return fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // taken away meanwhile
			return nil
		}
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(name, Unfinished) {
			return err
		}
		return do(name)
	})
}
