package seal_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"yimi/internal/seal"
)

func key(id string, fill byte) seal.Key {
	return seal.Key{ID: id, Secret: bytes.Repeat([]byte{fill}, 32)}
}

func box(t *testing.T, keys ...seal.Key) *seal.Box {
	t.Helper()
	return boxOf(t, seal.AES, keys...)
}

func boxOf(t *testing.T, c seal.Cipher, keys ...seal.Key) *seal.Box {
	t.Helper()
	b, err := seal.New(c, keys)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealedDataOpenUnderTheirNameAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []seal.Cipher{seal.AES, seal.SM4} {
		testNames(t, boxOf(t, c, key("k1", 1)))
	}
}

func testNames(t *testing.T, b *seal.Box) {
	t.Helper()
	sealed := b.Seal("requests/A", []byte("13800001234"))
	if bytes.Contains(sealed, []byte("1380")) || bytes.Equal(sealed, b.Seal("requests/A", []byte("13800001234"))) {
		t.Error("readable, or the same twice")
	}
	if plain, err := b.Open("requests/A", sealed); err != nil || string(plain) != "13800001234" {
		t.Error(plain, err)
	}
	if plain, err := b.Open("requests/A", nil); err != nil || plain != nil {
		t.Error("nothing sealed is nothing", plain, err)
	}
	for name, broken := range map[string][]byte{"requests/B": sealed, "requests/A": append([]byte{}, sealed[:len(sealed)-1]...)} {
		if _, err := b.Open(name, broken); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range sealed {
		if _, err := b.Open("requests/A", sealed[:n]); n > 0 && !errors.Is(err, seal.ErrOpen) {
			t.Errorf("cut to %d: %v", n, err)
		}
	}
}

func TestAnOldKeyStillOpens(t *testing.T) {
	t.Parallel()
	old := box(t, key("k1", 1)).Seal("n", []byte("old"))
	both := box(t, key("k2", 2), key("k1", 1))
	if plain, err := both.Open("n", old); err != nil || string(plain) != "old" {
		t.Error(plain, err)
	}
	if _, err := box(t, key("k2", 2)).Open("n", both.Seal("n", []byte("new"))); err != nil {
		t.Error("it seals with the first:", err)
	}
	if _, err := box(t, key("k3", 3)).Open("n", old); !errors.Is(err, seal.ErrOpen) {
		t.Error(err)
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]seal.Key{nil, {{ID: "short", Secret: []byte("x")}}, {{Secret: make([]byte, 32)}}} {
		if _, err := seal.New(seal.AES, keys); err == nil {
			t.Errorf("%v was taken", keys)
		}
	}
	if _, err := seal.New("des", []seal.Key{key("k1", 1)}); err == nil {
		t.Error("a cipher that is none was taken")
	}
}

// What was sealed before there was a choice still opens: AES-256-GCM under the key itself.
func TestWhatIsSealedTodayOpensAlways(t *testing.T) {
	t.Parallel()
	sealed, _ := hex.DecodeString("01026b31000102030405060708090a0b8a95ad1610ce3648cc59d3c85b660f9ae906ea56299f71b69c5b12")
	for _, c := range []seal.Cipher{seal.AES, seal.SM4} {
		if plain, err := boxOf(t, c, key("k1", 1)).Open("requests/A", sealed); err != nil || string(plain) != "13800001234" {
			t.Error(c, string(plain), err)
		}
	}
}

func TestEachCipherOpensTheOthers(t *testing.T) {
	t.Parallel()
	k := key("k1", 1)
	a, s := boxOf(t, seal.AES, k), boxOf(t, seal.SM4, k)
	byAES, bySM4 := a.Seal("n", []byte("x")), s.Seal("n", []byte("x"))
	if byAES[0] != 1 || bySM4[0] != 2 {
		t.Error("the formats do not tell them apart", byAES[0], bySM4[0])
	}
	for _, b := range []*seal.Box{a, s} {
		for _, sealed := range [][]byte{byAES, bySM4} {
			if plain, err := b.Open("n", sealed); err != nil || string(plain) != "x" {
				t.Error(err)
			}
		}
	}
	if !a.Current(byAES) || a.Current(bySM4) || !s.Current(bySM4) || box(t, key("k2", 2), k).Current(byAES) {
		t.Error("what is current is not")
	}
	bySM4[0] = 1
	if _, err := a.Open("n", bySM4); !errors.Is(err, seal.ErrOpen) {
		t.Error("a format that was changed:", err)
	}
}

func TestIndex(t *testing.T) {
	t.Parallel()
	old, both, sm := box(t, key("k1", 1)), box(t, key("k2", 2), key("k1", 1)), boxOf(t, seal.SM4, key("k1", 1))
	index := old.Index("phone", "13800001234")
	if index != old.Index("phone", "13800001234") || len(index) > 80 || !strings.HasPrefix(index, "1:k1:") || strings.Contains(index, "1234") {
		t.Error(index)
	}
	if index == old.Index("identity", "13800001234") || index == old.Index("phone", "13800001235") || index[5:] == both.Index("phone", "13800001234")[5:] || index[5:] == sm.Index("phone", "13800001234")[5:] {
		t.Error("two hashes are one")
	}
}

// A server that runs while the keys are rotated finds the new key by itself.
func TestReloading(t *testing.T) {
	t.Parallel()
	b, kept := box(t, key("k1", 1)), []seal.Key{key("k1", 1)}
	b.Reloading(func() ([]seal.Key, error) { return kept, nil })
	fresh := box(t, key("k2", 2)).Seal("n", []byte("new"))
	if _, err := b.Open("n", fresh); !errors.Is(err, seal.ErrOpen) {
		t.Error("of nobody's key:", err)
	}
	kept = []seal.Key{key("k2", 2), key("k1", 1)}
	if plain, err := b.Open("n", fresh); err != nil || string(plain) != "new" || !b.Current(b.Seal("n", nil)) || b.Keys()[0] != "k2" {
		t.Error(err, b.Keys())
	}
	kept = nil
	if err := b.Reload(); err == nil || b.Keys()[0] != "k2" {
		t.Error("it must keep its keys when none can be read", err)
	}
}
