package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// secretBytes is 256 bits: such a secret cannot be guessed, so a plain fast
// hash is enough to store it (unlike a password).
const secretBytes = 32

// NewSecret makes a random url-safe secret of 43 characters, for refresh tokens and the like.
func NewSecret() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// HashSecret gives what is stored of a secret: its SHA-256 as 64 hex digits.
// Look the row up by it; whoever reads the table learns no usable secret.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
