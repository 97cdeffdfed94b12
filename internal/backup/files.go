package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"yimi/internal/files"
	"yimi/internal/seal"
)

// takeFiles puts the files into the blobs that were not taken yet.
func (t *taking) takeFiles(ctx context.Context, what string) error {
	var done atomic.Int64
	defer t.src.Say(what, func() (int64, int64) { return done.Load(), 0 })()
	err := filepath.WalkDir(t.src.Files, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // taken away meanwhile, or nothing was ever uploaded
			return nil
		}
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, files.Unfinished) {
			return err
		}
		name, err := filepath.Rel(t.src.Files, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if _, taken := t.files[name]; taken {
			return ctx.Err()
		}
		f, err := t.takeFile(ctx, path, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		t.files[name] = f
		done.Add(f.Bytes)
		return err
	})
	if err != nil {
		return err
	}
	return syncDir(filepath.Join(t.dir, blobsName))
}

// takeFile gives the file's hash; its content is a blob now.
func (t *taking) takeFile(ctx context.Context, path, name string) (File, error) {
	f, err := hashFile(ctx, path, name)
	if err != nil {
		return f, err
	}
	blob := blobPath(filepath.Join(t.dir, blobsName), f.SHA256)
	if info, err := os.Stat(blob); err != nil || info.Size() != f.Bytes {
		if f, err = t.keepBlob(path, name); err != nil {
			return f, err
		}
	}
	return f, t.noteKey(path)
}

// noteKey keeps which key the file is sealed under.
func (t *taking) noteKey(path string) error {
	f, err := os.Open(path) //nolint:gosec // found in the folder of files
	if err != nil {
		return err
	}
	head := make([]byte, 2+255) // more than any seal's beginning
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	if id, ok := seal.KeyOf(head[:n]); ok {
		t.keys[id] = true
	}
	return errors.Join(err, f.Close())
}

func blobPath(blobs, hash string) string { return filepath.Join(blobs, hash[:2], hash) }

// keepBlob copies the content of a file into the blobs, under the hash of what was copied.
func (t *taking) keepBlob(path, name string) (f File, err error) {
	in, err := os.Open(path) //nolint:gosec // found in the folder of files
	if err != nil {
		return f, err
	}
	defer func() { _ = in.Close() }()
	temp := filepath.Join(t.temp, "blob")
	out, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return f, err
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, hash), in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return f, err
	}
	f = File{Name: name, Bytes: n, SHA256: hex.EncodeToString(hash.Sum(nil))}
	blob := blobPath(filepath.Join(t.dir, blobsName), f.SHA256)
	if err := os.MkdirAll(filepath.Dir(blob), 0o700); err != nil {
		return f, err
	}
	if err := os.Rename(temp, blob); err != nil {
		return f, err
	}
	return f, syncDir(filepath.Dir(blob))
}

// hashFile reads a file.
func hashFile(ctx context.Context, path, name string) (File, error) {
	in, err := os.Open(path) //nolint:gosec // of a backup, or of the files to be backed up
	if err != nil {
		return File{}, err
	}
	defer func() { _ = in.Close() }()
	hash := sha256.New()
	n, err := io.Copy(hash, untilEnded{ctx, in})
	return File{Name: name, Bytes: n, SHA256: hex.EncodeToString(hash.Sum(nil))}, err
}

// untilEnded reads until the context ends.
type untilEnded struct {
	ctx context.Context
	io.Reader
}

func (r untilEnded) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// ErrTampered says that a file is not what was backed up.
var ErrTampered = errors.New("is not what was backed up")

// check reads a file of a backup and compares it with what the manifest says.
func check(ctx context.Context, path string, want File) error {
	is, err := hashFile(ctx, path, want.Name)
	if err == nil && is != want {
		err = fmt.Errorf("%s %w: it has %d bytes and SHA-256 %s, and the manifest says %d and %s", path, ErrTampered, is.Bytes, is.SHA256, want.Bytes, want.SHA256)
	}
	return err
}
