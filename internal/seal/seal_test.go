package seal_test

import (
	"bytes"
	"errors"
	"testing"

	"yimi/internal/seal"
)

func key(id string, fill byte) seal.Key {
	return seal.Key{ID: id, Secret: bytes.Repeat([]byte{fill}, 32)}
}

func box(t *testing.T, keys ...seal.Key) *seal.Box {
	t.Helper()
	b, err := seal.New(keys)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealedDataOpenUnderTheirNameAlone(t *testing.T) {
	t.Parallel()
	b := box(t, key("k1", 1))
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
		if _, err := seal.New(keys); err == nil {
			t.Errorf("%v was taken", keys)
		}
	}
}
