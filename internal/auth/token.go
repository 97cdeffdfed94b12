package auth

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"yimi/internal/fault"
)

// Access tokens name their maker and their reader, so that a token made for
// anything else with the same key is refused.
const (
	issuer   = "yimi"
	audience = "yimi-api"
)

// maxTokenBytes bounds what is decoded before the signature is known to be good; ours are about 250.
const maxTokenBytes = 2048

// minSecretBytes is the size of the HS256 output: RFC 7518 §3.2 asks for a key no shorter.
const minSecretBytes = 32

// Refusals of an access token.
var (
	ErrTokenExpired = fault.New(fault.Unauthenticated, "token_expired", "登录已过期，请重新登录")
	ErrTokenInvalid = fault.New(fault.Unauthenticated, "token_invalid", "登录信息无效，请重新登录")
)

// Key is one secret that signs or checks tokens; its ID travels in the token.
type Key struct {
	ID     string
	Secret []byte
}

// Format prints a key without its secret, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%s:***", k.ID) }

// MarshalText keeps the secret out of JSON too.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.ID + ":***"), nil }

// Claims is what an access token says: who, and in which session.
type Claims struct {
	PersonID  int64
	SessionID int64
}

// Tokens issues and verifies access tokens (JWT, HS256 and nothing else).
// A token proves only that we made it and that it has not run out; whether the
// session still lives is the session row's to say.
type Tokens struct {
	signer  Key
	secrets map[string][]byte
	ttl     time.Duration
	clock   func() time.Time
	parser  *jwt.Parser
}

// NewTokens makes Tokens that sign with the first key and verify with all of
// them, so that a key is rotated by putting a new one in front. It panics on
// keys that could not protect anything: none, a short secret, an ID empty or twice.
func NewTokens(keys []Key, ttl time.Duration, clock func() time.Time) *Tokens {
	if len(keys) == 0 || ttl < time.Second || clock == nil {
		panic("auth: NewTokens needs a key, a ttl of a second or more, and a clock")
	}
	return &Tokens{
		signer:  keys[0],
		secrets: secretsByID(keys),
		ttl:     ttl,
		clock:   clock,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithIssuer(issuer),
			jwt.WithAudience(audience),
			jwt.WithExpirationRequired(),
			jwt.WithStrictDecoding(),
			jwt.WithTimeFunc(clock),
		),
	}
}

func secretsByID(keys []Key) map[string][]byte {
	secrets := make(map[string][]byte, len(keys))
	for _, k := range keys {
		if k.ID == "" || len(k.Secret) < minSecretBytes || secrets[k.ID] != nil {
			panic(fmt.Sprintf("auth: key %q: needs an id of its own and at least %d bytes of secret", k.ID, minSecretBytes))
		}
		secrets[k.ID] = k.Secret
	}
	return secrets
}

// accessClaims is the token's body; sid is the session.
type accessClaims struct {
	SessionID int64 `json:"sid"`
	jwt.RegisteredClaims
}

// Issue makes an access token. expiresAt is exact: a JWT counts whole seconds.
func (t *Tokens) Issue(personID, sessionID int64) (token string, expiresAt time.Time, err error) {
	if personID <= 0 || sessionID <= 0 {
		return "", time.Time{}, fmt.Errorf("auth: no token for person %d in session %d", personID, sessionID)
	}
	now := t.clock()
	expiresAt = now.Add(t.ttl).Truncate(time.Second)
	unsigned := jwt.NewWithClaims(jwt.SigningMethodHS256, accessClaims{
		SessionID: sessionID,
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Audience:  jwt.ClaimStrings{audience},
			Subject:   strconv.FormatInt(personID, 10),
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(expiresAt),
		},
	})
	unsigned.Header["kid"] = t.signer.ID
	token, err = unsigned.SignedString(t.signer.Secret)
	return token, expiresAt, err
}

// Verify gives the claims of a token of ours that has not run out, and
// otherwise ErrTokenExpired or ErrTokenInvalid with the cause. There is no leeway.
func (t *Tokens) Verify(token string) (Claims, error) {
	if len(token) > maxTokenBytes {
		return Claims{}, ErrTokenInvalid.Because(errors.New("too long"))
	}
	var c accessClaims
	if _, err := t.parser.ParseWithClaims(token, &c, t.secretOf); err != nil {
		return Claims{}, refusal(err)
	}
	personID, err := strconv.ParseInt(c.Subject, 10, 64)
	if err != nil || personID <= 0 || c.SessionID <= 0 {
		return Claims{}, ErrTokenInvalid.Because(errors.New("no person or no session"))
	}
	return Claims{PersonID: personID, SessionID: c.SessionID}, nil
}

// secretOf finds the secret that the token's kid names.
func (t *Tokens) secretOf(token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	secret, ok := t.secrets[kid]
	if !ok {
		return nil, errors.New("unknown kid")
	}
	return secret, nil
}

// refusal tells a token that has merely run out, which the client renews, from
// one that is wrong in any other way too.
func refusal(err error) error {
	for _, other := range []error{
		jwt.ErrTokenInvalidIssuer, jwt.ErrTokenInvalidAudience,
		jwt.ErrTokenRequiredClaimMissing, jwt.ErrTokenNotValidYet,
	} {
		if errors.Is(err, other) {
			return ErrTokenInvalid.Because(err)
		}
	}
	if errors.Is(err, jwt.ErrTokenExpired) {
		return ErrTokenExpired.Because(err)
	}
	return ErrTokenInvalid.Because(err)
}
