package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"yimi/internal/fault"
)

// argonParams are the costs of one Argon2id hash.
type argonParams struct {
	memory  uint32 // KiB
	time    uint32 // passes
	threads uint8
}

// current is what OWASP's Password Storage Cheat Sheet asks of Argon2id: 19 MiB, 2 passes, 1 lane.
var current = argonParams{memory: 19 * 1024, time: 2, threads: 1}

const (
	saltBytes = 16
	hashBytes = 32

	// maxPasswordBytes bounds what is hashed; it leaves room for 80 Chinese characters.
	maxPasswordBytes = 256

	// maxHashes at once: each takes 19 MiB and a whole core, so a flood of logins
	// waits in line instead of using up the machine.
	maxHashes = 2
)

// ErrPasswordLength refuses a password that is empty or longer than 256 bytes.
// How short a password may be is the rule of whoever sets it.
var ErrPasswordLength = fault.New(fault.Invalid, "password_length", "密码不能为空，也不能超过 256 个字节，请换一个")

// errBusy is given to a caller who left, or ran out of time, while waiting in line.
var errBusy = fault.New(fault.Unavailable, "login_busy", "登录的人太多，请稍后再试")

// errBadHash means the stored hash is not one this program makes: a broken row, never a wrong password.
var errBadHash = errors.New("auth: not a stored password hash that can be checked")

var hashing = make(chan struct{}, maxHashes)

// HashPassword gives the Argon2id hash of a password as a PHC string with its own random salt.
func HashPassword(ctx context.Context, password string) (string, error) {
	if password == "" || len(password) > maxPasswordBytes {
		return "", ErrPasswordLength
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	sum, err := derive(ctx, password, salt, current, hashBytes)
	if err != nil {
		return "", err
	}
	return formatPHC(current, salt, sum), nil
}

// VerifyPassword tells whether the password is the one behind the stored hash.
// An error means that it could not be checked, not that it is wrong.
func VerifyPassword(ctx context.Context, stored, password string) (bool, error) {
	p, salt, want, err := parsePHC(stored)
	if err != nil {
		return false, err
	}
	if password == "" || len(password) > maxPasswordBytes {
		return false, nil
	}
	got, err := derive(ctx, password, salt, p, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// VerifyDummy costs what VerifyPassword costs and never succeeds: called for a
// login that does not exist, it keeps the answer's time from telling so.
func VerifyDummy(ctx context.Context, password string) error {
	_, err := VerifyPassword(ctx, dummyHash, password)
	return err
}

var dummyHash = formatPHC(current, make([]byte, saltBytes), make([]byte, hashBytes))

// NeedsRehash tells whether a stored hash was made at other costs than today's,
// so that the next good login can replace it.
func NeedsRehash(stored string) bool {
	p, _, _, err := parsePHC(stored)
	return err != nil || p != current
}

// derive computes one hash when its turn comes.
func derive(ctx context.Context, password string, salt []byte, p argonParams, size uint32) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, errBusy.Because(ctx.Err())
	}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, size), nil
}

// formatPHC writes a hash in the PHC string format: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func formatPHC(p argonParams, salt, sum []byte) string {
	b64 := base64.RawStdEncoding.Strict()
	return fmt.Sprintf("$argon2id$v=%d$%s$%s$%s", argon2.Version, p, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// parsePHC reads what formatPHC wrote. Costs beyond sane bounds are refused, so
// that a doctored row cannot make a login use up the memory.
func parsePHC(stored string) (p argonParams, salt, sum []byte, err error) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, errBadHash
	}
	_, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads)
	if err != nil || p.String() != parts[3] || !p.sane() {
		return p, nil, nil, errBadHash
	}
	b64 := base64.RawStdEncoding.Strict()
	salt, saltErr := b64.DecodeString(parts[4])
	sum, sumErr := b64.DecodeString(parts[5])
	if saltErr != nil || sumErr != nil || len(salt) < 8 || len(sum) < 16 || len(sum) > 64 {
		return p, nil, nil, errBadHash
	}
	return p, salt, sum, nil
}

// String is the parameters' part of a PHC string.
func (p argonParams) String() string {
	return fmt.Sprintf("m=%d,t=%d,p=%d", p.memory, p.time, p.threads)
}

func (p argonParams) sane() bool {
	return p.memory >= 8 && p.memory <= 64*1024 && p.time >= 1 && p.time <= 8 && p.threads >= 1 && p.threads <= 4
}
