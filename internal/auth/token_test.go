package auth_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"yimi/internal/auth"
	"yimi/internal/fault"
)

var noon = time.Date(2025, 3, 5, 12, 0, 0, 345_000_000, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func key(id string, fill byte) auth.Key {
	return auth.Key{ID: id, Secret: bytes.Repeat([]byte{fill}, 32)}
}

func mustIssue(t *testing.T, tokens *auth.Tokens) (string, time.Time) {
	t.Helper()
	token, expiresAt, err := tokens.Issue(7, 9)
	if err != nil {
		t.Fatal(err)
	}
	return token, expiresAt
}

func wantRefusal(t *testing.T, err error, want *fault.Error) {
	t.Helper()
	if !errors.Is(err, want) || fault.From(err).Kind != fault.Unauthenticated {
		t.Errorf("refusal: got %v, want %s", err, want.Code)
	}
}

func TestTokenLivesUntilItsLastSecond(t *testing.T) {
	t.Parallel()
	keys := []auth.Key{key("a", 1)}
	token, expiresAt := mustIssue(t, auth.NewTokens(keys, 15*time.Minute, at(noon)))
	if want := noon.Add(15 * time.Minute).Truncate(time.Second); !expiresAt.Equal(want) {
		t.Errorf("expires at %v, want %v", expiresAt, want)
	}
	claims, err := auth.NewTokens(keys, time.Minute, at(expiresAt.Add(-time.Millisecond))).Verify(token)
	if err != nil || claims != (auth.Claims{PersonID: 7, SessionID: 9}) {
		t.Errorf("a millisecond before the end: %+v, %v", claims, err)
	}
	_, err = auth.NewTokens(keys, time.Minute, at(expiresAt)).Verify(token)
	wantRefusal(t, err, auth.ErrTokenExpired)
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	before := auth.NewTokens([]auth.Key{key("a", 1)}, time.Minute, at(noon))
	during := auth.NewTokens([]auth.Key{key("b", 2), key("a", 1)}, time.Minute, at(noon))
	after := auth.NewTokens([]auth.Key{key("b", 2)}, time.Minute, at(noon))
	old, _ := mustIssue(t, before)
	fresh, _ := mustIssue(t, during)
	for name, try := range map[string]func() (auth.Claims, error){
		"old token while both keys stand":  func() (auth.Claims, error) { return during.Verify(old) },
		"new token while both keys stand":  func() (auth.Claims, error) { return during.Verify(fresh) },
		"new token after the old key went": func() (auth.Claims, error) { return after.Verify(fresh) },
	} {
		if _, err := try(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := after.Verify(old)
	wantRefusal(t, err, auth.ErrTokenInvalid)
	_, err = before.Verify(fresh)
	wantRefusal(t, err, auth.ErrTokenInvalid)
}

// forge signs any claims with any method, kid and key.
func forge(t *testing.T, method jwt.SigningMethod, kid, secret any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != nil {
		token.Header["kid"] = kid
	}
	signed, err := token.SignedString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// goodClaims are those of a token that Verify accepts, with changes; nil deletes.
func goodClaims(changes jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{
		"iss": "yimi", "aud": []string{"yimi-api"}, "sub": "7", "sid": 9,
		"iat": noon.Unix(), "exp": noon.Add(time.Minute).Unix(),
	}
	for k, v := range changes {
		claims[k] = v
		if v == nil {
			delete(claims, k)
		}
	}
	return claims
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	a, b := key("a", 1), key("b", 2)
	tokens := auth.NewTokens([]auth.Key{a, b}, time.Minute, at(noon))
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	hs256 := func(kid, secret any, changes jwt.MapClaims) string {
		return forge(t, jwt.SigningMethodHS256, kid, secret, goodClaims(changes))
	}
	if _, err := tokens.Verify(hs256("a", a.Secret, nil)); err != nil {
		t.Fatalf("the forger's good token must pass, or the rest proves nothing: %v", err)
	}
	valid := hs256("a", a.Secret, nil)
	parts := strings.Split(valid, ".")
	cases := map[string]string{
		"empty":             "",
		"rubbish":           "not.a.token",
		"too long":          valid + strings.Repeat("A", 4096),
		"wrong secret":      hs256("a", bytes.Repeat([]byte{9}, 32), nil),
		"alg none":          forge(t, jwt.SigningMethodNone, "a", jwt.UnsafeAllowNoneSignatureType, goodClaims(nil)),
		"alg none, stolen":  relabel(t, valid, `{"alg":"none","kid":"a","typ":"JWT"}`),
		"alg HS512":         forge(t, jwt.SigningMethodHS512, "a", a.Secret, goodClaims(nil)),
		"alg HS384":         forge(t, jwt.SigningMethodHS384, "a", a.Secret, goodClaims(nil)),
		"alg RS256":         forge(t, jwt.SigningMethodRS256, "a", rsaKey, goodClaims(nil)),
		"kid of another":    hs256("b", a.Secret, nil),
		"kid swapped after": relabel(t, valid, `{"alg":"HS256","kid":"b","typ":"JWT"}`),
		"kid unknown":       hs256("c", a.Secret, nil),
		"kid empty":         hs256("", a.Secret, nil),
		"kid missing":       hs256(nil, a.Secret, nil),
		"kid a number":      hs256(1, a.Secret, nil),
		"cut in signature":  valid[:len(valid)-1],
		"no signature":      parts[0] + "." + parts[1] + ".",
		"two parts":         parts[0] + "." + parts[1],
		"claims swapped":    parts[0] + "." + reclaim(t, parts[1]) + "." + parts[2],
		"wrong issuer":      hs256("a", a.Secret, jwt.MapClaims{"iss": "other"}),
		"no issuer":         hs256("a", a.Secret, jwt.MapClaims{"iss": nil}),
		"wrong audience":    hs256("a", a.Secret, jwt.MapClaims{"aud": "other"}),
		"no audience":       hs256("a", a.Secret, jwt.MapClaims{"aud": nil}),
		"no expiry":         hs256("a", a.Secret, jwt.MapClaims{"exp": nil}),
		"not yet":           hs256("a", a.Secret, jwt.MapClaims{"nbf": noon.Add(time.Hour).Unix()}),
		"no person":         hs256("a", a.Secret, jwt.MapClaims{"sub": nil}),
		"person nought":     hs256("a", a.Secret, jwt.MapClaims{"sub": "0"}),
		"person a word":     hs256("a", a.Secret, jwt.MapClaims{"sub": "admin"}),
		"no session":        hs256("a", a.Secret, jwt.MapClaims{"sid": nil}),
		"session a word":    hs256("a", a.Secret, jwt.MapClaims{"sid": "9"}),
		"expired and from elsewhere": hs256("a", a.Secret,
			jwt.MapClaims{"exp": noon.Add(-time.Hour).Unix(), "iss": "other"}),
		"expired and wrong secret": hs256("a", b.Secret, jwt.MapClaims{"exp": noon.Add(-time.Hour).Unix()}),
	}
	for name, token := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims, err := tokens.Verify(token)
			wantRefusal(t, err, auth.ErrTokenInvalid)
			if claims != (auth.Claims{}) {
				t.Errorf("refused, yet claims %+v", claims)
			}
		})
	}
	_, err = tokens.Verify(hs256("a", a.Secret, jwt.MapClaims{"exp": noon.Add(-time.Hour).Unix()}))
	wantRefusal(t, err, auth.ErrTokenExpired)
}

// Every cut of a good token is refused, whichever character it loses from the end.
func TestTruncatedTokensAreRefused(t *testing.T) {
	t.Parallel()
	tokens := auth.NewTokens([]auth.Key{key("a", 1)}, time.Minute, at(noon))
	token, _ := mustIssue(t, tokens)
	for n := range len(token) {
		if _, err := tokens.Verify(token[:n]); !errors.Is(err, auth.ErrTokenInvalid) {
			t.Fatalf("the first %d characters: %v", n, err)
		}
	}
}

func relabel(t *testing.T, token, header string) string {
	t.Helper()
	_, rest, _ := strings.Cut(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + rest
}

func reclaim(t *testing.T, part string) string {
	t.Helper()
	body, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(bytes.Replace(body, []byte(`"sub":"7"`), []byte(`"sub":"1"`), 1))
}

func TestNoTokenForNobody(t *testing.T) {
	t.Parallel()
	tokens := auth.NewTokens([]auth.Key{key("a", 1)}, time.Minute, at(noon))
	for _, ids := range [][2]int64{{0, 9}, {7, 0}, {-1, 9}} {
		if token, _, err := tokens.Issue(ids[0], ids[1]); err == nil || token != "" {
			t.Errorf("person %d, session %d: got a token", ids[0], ids[1])
		}
	}
}

func TestKeysThatProtectNothingPanic(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]auth.Key{
		"none":  nil,
		"short": {{ID: "a", Secret: []byte("short")}},
		"no id": {key("", 1)},
		"twice": {key("a", 1), key("a", 2)},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			auth.NewTokens(keys, time.Minute, at(noon))
		}()
	}
}

func TestKeyPrintsNoSecret(t *testing.T) {
	t.Parallel()
	k := auth.Key{ID: "a", Secret: []byte("0123456789abcdef0123456789abcdef")}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb, k); got != "a:***" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if got, err := json.Marshal(k); err != nil || string(got) != `"a:***"` {
		t.Errorf("JSON: %s, %v", got, err)
	}
}
