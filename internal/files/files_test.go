package files

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

func open(t *testing.T) (*Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, dir
}

func names(t *testing.T, f *Folder) (out []string) {
	t.Helper()
	if err := f.Each(func(name string) error { out = append(out, name); return nil }); err != nil {
		t.Error(err)
	}
	return out
}

// What was written is read, in part and whole, is listed and deleted; what is not there is fs.ErrNotExist.
func TestWriteReadDelete(t *testing.T) {
	t.Parallel()
	f, dir := open(t)
	for _, name := range []string{"codes/0af3", "GEZDGNBVGY3TQOJQ"} {
		if err := f.Write(name, []byte("one")); err != nil {
			t.Fatal(err)
		}
		if err := f.Write(name, []byte("another")); err != nil {
			t.Fatal(err)
		}
		content, err := f.Read(name)
		head, err2 := f.Head(name, 3)
		there, err3 := f.Exists(name)
		if err := errors.Join(err, err2, err3); string(content) != "another" || string(head) != "ano" || !there || err != nil {
			t.Errorf("%s: %q, %q, %v, %v", name, content, head, there, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "codes", "0af3")); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err) // a name is its path, and nobody else reads it
	}
	if err := os.WriteFile(filepath.Join(dir, "half"+Unfinished), []byte("ha"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := names(t, f); !slices.Equal(got, []string{"GEZDGNBVGY3TQOJQ", "codes/0af3"}) {
		t.Errorf("names %v", got)
	}
	if err := f.Delete("codes/0af3"); err != nil {
		t.Error(err)
	}
	_, err := f.Read("codes/0af3")
	_, err2 := f.Head("codes/0af3", 1)
	for _, err := range []error{err, err2, f.Delete("codes/0af3"), f.Delete("never/was")} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	}
	if there, err := f.Exists("codes/0af3"); there || err != nil {
		t.Errorf("%v, %v", there, err)
	}
}

// Nothing leaves the folder: not by its name, and not by a link that lies in it.
func TestNothingLeavesTheFolder(t *testing.T) {
	t.Parallel()
	f, dir := open(t)
	outside := filepath.Join(filepath.Dir(dir), "secret")
	if err := errors.Join(os.WriteFile(outside, []byte("key"), 0o600), os.Symlink("..", filepath.Join(dir, "up"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../secret", "codes/../../secret", outside, "up/secret", "", "."} {
		content, err := f.Read(name)
		head, err2 := f.Head(name, 9)
		if len(content) > 0 || len(head) > 0 || err == nil || err2 == nil {
			t.Errorf("%q: %q, %q, %v, %v", name, content, head, err, err2)
		}
		if err := f.Write(name, []byte("mine")); err == nil {
			t.Errorf("%q was written", name)
		}
	}
	for _, name := range []string{"../secret", outside, "up/secret"} {
		if err := f.Delete(name); err == nil {
			t.Errorf("%q was deleted", name)
		}
	}
	if content, err := os.ReadFile(outside); string(content) != "key" || err != nil { //nolint:gosec // the test's own
		t.Errorf("%q, %v", content, err)
	}
	if got := names(t, f); len(got) > 0 {
		t.Errorf("names %v", got)
	}
}

// Who reads while others write has one content whole, and nothing is left of the writing.
func TestAWriteIsWhole(t *testing.T) {
	t.Parallel()
	f, dir := open(t)
	content := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i)}, 100_000) }
	if err := f.Write("one", content(0)); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 20 {
				if err := f.Write("one", content(i)); err != nil {
					t.Error(err)
				}
				got, err := f.Read("one")
				if err != nil || len(got) != 100_000 || !bytes.Equal(got, content(int(got[0]-'a'))) {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}
