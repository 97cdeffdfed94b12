package config

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// keyBytes is the size of every key: 256 bits.
const keyBytes = 32

// Key is one secret with the name by which what it made can be told.
type Key struct {
	ID     string
	Secret []byte
}

// Format prints a key without its secret, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%s:%s", k.ID, hidden) }

// MarshalText keeps the secret out of JSON too.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.ID + ":" + hidden), nil }

// Keys are the secrets of the program. Of each list the first makes, and all
// check or open, so that a new one is put in front and the old one goes later.
type Keys struct {
	AccessTokens []Key // sign access tokens
	Checkin      []Key // derive the check-in codes
	Fields       []Key // encrypt fields such as identity numbers

	Cipher string // what Fields encrypt by: aes or sm4
}

type keySet struct {
	name string
	keys []Key
}

func (s keySet) setting() string { return "keys." + s.name }

func (k Keys) sets() []keySet {
	return []keySet{{"access_tokens", k.AccessTokens}, {"checkin", k.Checkin}, {"fields", k.Fields}}
}

var keyIDPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

var errKeyForm = errors.New("is no key; write id:KEY with an id of letters and digits, and KEY from: openssl rand -base64 32")

// parseKey reads id:base64.
func parseKey(s string) (Key, error) {
	id, encoded, ok := strings.Cut(s, ":")
	secret, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok || err != nil || len(secret) != keyBytes || !keyIDPattern.MatchString(id) {
		return Key{}, errKeyForm
	}
	return Key{ID: id, Secret: secret}, nil
}

func newKey() string {
	b := make([]byte, 4+keyBytes)
	_, _ = rand.Read(b) // never fails
	return "k" + hex.EncodeToString(b[:4]) + ":" + base64.StdEncoding.EncodeToString(b[4:])
}

// LoadKeys gives the keys of the settings. What is not set there is read from
// data_dir/keys, and made there at the first start: a file for each list, a key
// a line, the newest first. A server on MySQL outside demo mode never makes keys.
func (c Config) LoadKeys() (Keys, error) {
	var f faults
	keys := c.Keys
	for _, l := range []struct {
		name string
		keys *[]Key
	}{{"access_tokens", &keys.AccessTokens}, {"checkin", &keys.Checkin}, {"fields", &keys.Fields}} {
		if len(*l.keys) > 0 {
			continue
		}
		var err error
		if *l.keys, err = c.storedKeys(l.name); err != nil {
			f = append(f, fmt.Errorf("keys.%s: %w", l.name, err))
		}
	}
	if c.checkKeysOf(keys, &f); len(f) > 0 {
		return Keys{}, f.err()
	}
	return keys, nil
}

// checkKeysOf checks keys from files as if they had been set.
func (c Config) checkKeysOf(keys Keys, f *faults) {
	if len(*f) > 0 {
		return
	}
	c.Keys = keys
	c.checkKeys(f)
}

func (c Config) storedKeys(name string) ([]Key, error) {
	if c.Database.MySQL() && !c.Demo {
		return nil, errors.New("is empty, and a server on MySQL does not make its own keys; write the same keys into the settings of every replica")
	}
	dir := filepath.Join(c.DataDir, "keys")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("%w; write a folder that can be written to as data_dir", err)
	}
	if err := private(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, name+".key")
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := makeKeyFile(path); err != nil {
			return nil, fmt.Errorf("%w; write a folder that can be written to as data_dir, or write keys into the settings", err)
		}
	}
	return readKeyFile(path)
}

// FieldsFile is the file of the keys that encrypt fields; "" when they are in the settings.
func (c Config) FieldsFile() string {
	if len(c.Keys.Fields) > 0 {
		return ""
	}
	return filepath.Join(c.DataDir, "keys", "fields.key")
}

// FieldsKeys gives the ids of the keys that encrypt fields, and makes none: none are there if none were given.
func (c Config) FieldsKeys() (ids []string, err error) {
	keys := c.Keys.Fields
	if file := c.FieldsFile(); file != "" {
		if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if keys, err = readKeyFile(file); err != nil {
			return nil, err
		}
	}
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids, nil
}

// ErrKeysBusy is what a second one of those who change the key file gets.
var ErrKeysBusy = errors.New("another yimi keys is at work on the same key file; wait until it has ended, then run this again")

// LockKeys keeps others from changing the key file until release, or the end of the process
// however it ends. Servers that only read it go on.
func (c Config) LockKeys() (release func() error, err error) {
	if c.FieldsFile() == "" {
		return func() error { return nil }, nil
	}
	folder := filepath.Dir(c.FieldsFile())
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	dir, err := os.Open(folder) //nolint:gosec // from the settings
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrKeysBusy
		}
		return nil, errors.Join(err, dir.Close())
	}
	return dir.Close, nil
}

// AddFieldsKey puts a new key in front of those in the file and gives its id.
func (c Config) AddFieldsKey() (id string, err error) {
	fresh := newKey()
	id, _, _ = strings.Cut(fresh, ":")
	return id, rewriteKeyFile(c.FieldsFile(), func(lines []string) []string { return append([]string{fresh}, lines...) })
}

// DropFieldsKeys takes the keys out of the file, but never the first.
func (c Config) DropFieldsKeys(ids []string) error {
	return rewriteKeyFile(c.FieldsFile(), func(lines []string) []string {
		return append(lines[:1:1], slices.DeleteFunc(lines[1:], func(line string) bool {
			id, _, _ := strings.Cut(line, ":")
			return slices.Contains(ids, id)
		})...)
	})
}

// rewriteKeyFile puts other lines into a key file: a kill at any moment leaves the old ones or the new.
func rewriteKeyFile(path string, change func(lines []string) []string) error {
	if _, err := readKeyFile(path); err != nil {
		return err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	temp, err := writeKeys(path, strings.Join(change(strings.Fields(string(b))), "\n")+"\n")
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return syncDir(filepath.Dir(path))
}

// writeKeys writes whole keys to a file beside path and gives its name.
func writeKeys(path, text string) (temp string, err error) {
	temp = path + "." + rand.Text()
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(temp))
	}
	return temp, nil
}

// makeKeyFile makes path with one new key, unless another process was faster.
// The key is written whole to a file of another name, which is then linked to
// path: a link is made only where nothing is, and a kill at any moment leaves
// either no key or a whole one.
func makeKeyFile(path string) error {
	temp, err := writeKeys(path, newKey()+"\n")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp) }()
	if err := os.Link(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the names in a folder outlive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func readKeyFile(path string) ([]Key, error) {
	if err := private(path, 0o600); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys []Key
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		k, err := parseKey(line)
		if err != nil {
			return nil, fmt.Errorf("a line in %s %w", path, err)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s is empty; put the key back from a backup (what it made is lost without it)", path)
	}
	return keys, nil
}

// private refuses what other users of the machine can open.
func private(path string, want fs.FileMode) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s is open to other users of this machine; run: chmod %o %s", path, want, path)
	}
	return nil
}
