// Package seal encrypts what must not be readable in a copy of the database:
// phones, identity numbers, addresses, answers, notes, attached files (个人信息保护法
// Art 51), and makes the keyed hashes by which some of it is looked up.
package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"sync"
	"sync/atomic"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// Key is a secret of 32 bytes and the name under which sealed data refer to it.
type Key struct {
	ID     string
	Secret []byte
}

// Cipher is the family of algorithms that a Box makes with; it opens what any of them made.
type Cipher string

// The families: AES-256-GCM with HMAC-SHA-256, and SM4-GCM with HMAC-SM3 (GM/T 0002-2012,
// GM/T 0004-2012), which 密码法 Art 27 asks of some systems.
const (
	AES Cipher = "aes"
	SM4 Cipher = "sm4"
)

// format is the first byte of what is sealed; a cipher's index texts begin with it in digits.
var formats = map[Cipher]byte{AES: 1, SM4: 2}

var hashes = map[Cipher]func() hash.Hash{AES: sha256.New, SM4: sm3.New}

// Box seals with its first key and opens with any.
type Box struct {
	cipher Cipher
	ring   atomic.Pointer[ring]
	reload func() ([]Key, error) // nil: the keys never change
	turn   sync.Mutex            // one reload at a time
}

// ring is the keys, made ready.
type ring struct {
	ids   []string // the newest first
	aeads map[string]cipher.AEAD
	subs  map[string][]byte // for the hashes
}

// ErrOpen says that data are not what was sealed under the name, or under a key we have.
var ErrOpen = errors.New("seal: cannot be opened")

// New makes a Box; it refuses keys that are not of 32 bytes.
func New(c Cipher, keys []Key) (*Box, error) {
	if formats[c] == 0 {
		return nil, fmt.Errorf("seal: no cipher %q", c)
	}
	r, err := newRing(keys)
	if err != nil {
		return nil, err
	}
	b := &Box{cipher: c}
	b.ring.Store(r)
	return b, nil
}

// Reloading lets the Box read the keys again, from where they are kept, whenever it meets
// a key that it does not know, and at each call of Reload. Call it before the first use.
func (b *Box) Reloading(keys func() ([]Key, error)) { b.reload = keys }

// Reload reads the keys again: a new first one seals from now on. Without Reloading it does nothing.
func (b *Box) Reload() error {
	if b.reload == nil {
		return nil
	}
	b.turn.Lock()
	defer b.turn.Unlock()
	keys, err := b.reload()
	if err != nil {
		return err
	}
	r, err := newRing(keys)
	if err == nil {
		b.ring.Store(r)
	}
	return err
}

func newRing(keys []Key) (*ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("seal: no key")
	}
	r := &ring{aeads: map[string]cipher.AEAD{}, subs: map[string][]byte{}}
	for _, k := range keys {
		if len(k.Secret) != 32 || len(k.ID) == 0 || len(k.ID) > 255 {
			return nil, fmt.Errorf("seal: the key %q is not of 32 bytes, or has no id", k.ID)
		}
		r.ids = append(r.ids, k.ID)
		for c := range formats {
			if err := r.add(c, k); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// add makes a key ready for a family. What AES seals is under the key itself; all else is
// under subkeys of it, so that no two algorithms share one.
func (r *ring) add(c Cipher, k Key) (err error) {
	var block cipher.Block
	if c == AES {
		block, err = aes.NewCipher(k.Secret)
	} else {
		var sub []byte
		if sub, err = hkdf.Key(hashes[c], k.Secret, nil, "yimi seal "+string(c), sm4.BlockSize); err == nil {
			block, err = sm4.NewCipher(sub)
		}
	}
	if err != nil {
		return err
	}
	if r.aeads[slot(c, k.ID)], err = cipher.NewGCM(block); err != nil {
		return err
	}
	r.subs[slot(c, k.ID)], err = hkdf.Key(hashes[c], k.Secret, nil, "yimi index "+string(c), 32)
	return err
}

// slot is the beginning of what a family seals under a key, and its place in the ring.
func slot(c Cipher, id string) string { return string([]byte{formats[c], byte(len(id))}) + id }

// Prefix is how everything begins that Seal makes now.
func (b *Box) Prefix() []byte { return []byte(slot(b.cipher, b.ring.Load().ids[0])) }

// Current tells whether the sealed data are under the first key and the chosen cipher.
func (b *Box) Current(sealed []byte) bool { return bytes.HasPrefix(sealed, b.Prefix()) }

// Under is how everything begins that was sealed under the key, by either family.
func Under(keyID string) [][]byte {
	return [][]byte{[]byte(slot(AES, keyID)), []byte(slot(SM4, keyID))}
}

// KeyOf tells under which key the data were sealed, by how they begin.
func KeyOf(sealed []byte) (keyID string, ok bool) {
	head, _ := split(sealed)
	if head == nil {
		return "", false
	}
	return string(head[2:]), head[0] == formats[AES] || head[0] == formats[SM4]
}

// split parts what is sealed into its beginning and the rest; nil when it is too short.
func split(sealed []byte) (head, rest []byte) {
	if len(sealed) < 2 || len(sealed) < 2+int(sealed[1]) {
		return nil, nil
	}
	return sealed[:2+int(sealed[1])], sealed[2+int(sealed[1]):]
}

// Keys gives the ids of the keys, the first first.
func (b *Box) Keys() []string { return b.ring.Load().ids }

// Seal encrypts under the first key. The name says where the data belong
// ("requests/REF"): elsewhere they do not open, so rows cannot be swapped.
func (b *Box) Seal(name string, plain []byte) []byte {
	r := b.ring.Load()
	out := []byte(slot(b.cipher, r.ids[0]))
	aead := r.aeads[string(out)]
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand
	out = append(out, nonce...)
	return aead.Seal(out, nonce, plain, []byte(name))
}

// Open decrypts what Seal gave under the same name; nothing sealed opens to nothing.
func (b *Box) Open(name string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	head, rest := split(sealed)
	if head == nil {
		return nil, ErrOpen
	}
	aead := b.aead(head)
	if aead == nil || len(rest) < aead.NonceSize() {
		return nil, fmt.Errorf("%w: no key %q", ErrOpen, head[2:])
	}
	plain, err := aead.Open(nil, rest[:aead.NonceSize()], rest[aead.NonceSize():], []byte(name))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrOpen, name)
	}
	return plain, nil
}

// aead finds what opens data that begin so; a key made meanwhile is looked for.
func (b *Box) aead(head []byte) cipher.AEAD {
	aead := b.ring.Load().aeads[string(head)]
	if aead == nil && b.reload != nil && b.Reload() == nil {
		aead = b.ring.Load().aeads[string(head)]
	}
	return aead
}

// Index is a keyed hash of a value, by which equal ones are found without being read. The
// name is the kind of value ("phone"): equal values of two kinds have nothing in common.
// Its text, at most 80 characters, says by which family and key it was made.
func (b *Box) Index(name, value string) string {
	r := b.ring.Load()
	return r.index(b.cipher, r.ids[0], name, value)
}

func (r *ring) index(c Cipher, id, name, value string) string {
	mac := hmac.New(hashes[c], r.subs[slot(c, id)])
	mac.Write([]byte(name + "\x00" + value))
	return fmt.Sprintf("%d:%s:%s", formats[c], id, base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}
