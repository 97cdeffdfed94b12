// Package seal encrypts what must not be readable in a copy of the database:
// phones, addresses, answers, notes, attached files (个人信息保护法 Art 51).
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
)

// Key is a secret of 32 bytes and the name under which sealed data refer to it.
type Key struct {
	ID     string
	Secret []byte
}

// Box seals with its first key and opens with any.
type Box struct {
	first string
	aeads map[string]cipher.AEAD
}

// format is the first byte of what this package seals: AES-256-GCM.
const format = 1

// ErrOpen says that data are not what was sealed under the name, or under a key we have.
var ErrOpen = errors.New("seal: cannot be opened")

// New makes a Box; it refuses keys that are not of 32 bytes.
func New(keys []Key) (*Box, error) {
	if len(keys) == 0 {
		return nil, errors.New("seal: no key")
	}
	b := &Box{first: keys[0].ID, aeads: map[string]cipher.AEAD{}}
	for _, k := range keys {
		if len(k.Secret) != 32 || len(k.ID) == 0 || len(k.ID) > 255 {
			return nil, fmt.Errorf("seal: the key %q is not of 32 bytes, or has no id", k.ID)
		}
		block, err := aes.NewCipher(k.Secret)
		if err != nil {
			return nil, err
		}
		if b.aeads[k.ID], err = cipher.NewGCM(block); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Seal encrypts under the first key. The name says where the data belong
// ("requests/REF"): elsewhere they do not open, so rows cannot be swapped.
func (b *Box) Seal(name string, plain []byte) []byte {
	aead := b.aeads[b.first]
	out := append([]byte{format, byte(len(b.first))}, b.first...)
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
	if len(sealed) < 2 || sealed[0] != format || len(sealed) < 2+int(sealed[1]) {
		return nil, ErrOpen
	}
	id, rest := string(sealed[2:2+int(sealed[1])]), sealed[2+int(sealed[1]):]
	aead := b.aeads[id]
	if aead == nil || len(rest) < aead.NonceSize() {
		return nil, fmt.Errorf("%w: no key %q", ErrOpen, id)
	}
	plain, err := aead.Open(nil, rest[:aead.NonceSize()], rest[aead.NonceSize():], []byte(name))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrOpen, name)
	}
	return plain, nil
}
