package auth_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
)

func mustHash(t *testing.T, password string) string {
	t.Helper()
	hash, err := auth.HashPassword(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func TestPasswordIsKnownAgain(t *testing.T) {
	t.Parallel()
	stored := mustHash(t, "一米阳光 2025")
	if !regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`).MatchString(stored) {
		t.Errorf("not a PHC string at OWASP's costs: %s", stored)
	}
	if stored == mustHash(t, "一米阳光 2025") {
		t.Error("the same password gave the same hash: no salt")
	}
	if auth.NeedsRehash(stored) {
		t.Error("a fresh hash asks to be made again")
	}
	for password, want := range map[string]bool{
		"一米阳光 2025": true, "一米阳光 2024": false, "一米阳光 2025 ": false, "": false,
		strings.Repeat("x", 257): false,
	} {
		if ok, err := auth.VerifyPassword(t.Context(), stored, password); err != nil || ok != want {
			t.Errorf("%q: %v, %v; want %v", password, ok, err, want)
		}
	}
}

// A hash made elsewhere (the reference argon2 tool's format) is checked at its own costs.
func TestOlderCostsStillVerify(t *testing.T) {
	t.Parallel()
	const stored = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4" // the reference test vector
	ok, err := auth.VerifyPassword(t.Context(), stored, "password")
	if err != nil || !ok {
		t.Errorf("reference vector: %v, %v", ok, err)
	}
	if !auth.NeedsRehash(stored) {
		t.Error("weaker costs do not ask for a new hash")
	}
}

func TestPasswordOutOfBoundsIsNotHashed(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"", strings.Repeat("长", 86)} {
		if _, err := auth.HashPassword(t.Context(), password); !errors.Is(err, auth.ErrPasswordLength) {
			t.Errorf("%d bytes: %v", len(password), err)
		}
	}
}

func TestBrokenHashIsAnErrorNotAWrongPassword(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]string{
		"empty":         "",
		"plain":         "password",
		"argon2i":       "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"old version":   "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"4 GiB":         "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"no pass":       "$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"cut":           "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgL",
		"not base64":    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$!!",
		"no hash":       "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$",
		"trailing":      "$argon2id$v=19$m=256,t=2,p=1,x=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"one too many":  "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$AAAA$AAAA",
		"no parameters": "$argon2id$v=19$$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	} {
		if ok, err := auth.VerifyPassword(t.Context(), stored, "password"); ok || err == nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
}

// An unknown login must not be told by its time. The machine is shared, so the
// bounds are wide: without VerifyDummy's work the ratio would be in the thousands.
func TestDummyCostsTheSame(t *testing.T) {
	t.Parallel()
	stored := mustHash(t, "right")
	best := func(f func()) time.Duration {
		shortest := time.Hour
		for range 5 {
			start := time.Now()
			f()
			shortest = min(shortest, time.Since(start))
		}
		return shortest
	}
	known := best(func() { _, _ = auth.VerifyPassword(t.Context(), stored, "wrong") })
	unknown := best(func() { _ = auth.VerifyDummy(t.Context(), "wrong") })
	if unknown*20 < known || known*20 < unknown {
		t.Errorf("known login %v, unknown login %v", known, unknown)
	}
}

func TestCallerWhoLeavesStopsWaiting(t *testing.T) {
	t.Parallel()
	release := auth.FillHashing()
	defer release()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := auth.HashPassword(ctx, "secret")
	if !errors.Is(err, context.DeadlineExceeded) || fault.From(err).Kind != fault.Unavailable {
		t.Errorf("waited in a full line: %v", err)
	}
}

func TestManyLoginsAtOnce(t *testing.T) {
	t.Parallel()
	stored := mustHash(t, "right")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			password, want := "right", true
			if i%2 == 1 {
				password, want = "wrong", false
			}
			if ok, err := auth.VerifyPassword(t.Context(), stored, password); err != nil || ok != want {
				t.Errorf("%s: %v, %v", password, ok, err)
			}
		})
	}
	wg.Wait()
}

func TestSecretsAreRandomAndStoredHashed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		s := auth.NewSecret()
		if !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(s) || seen[s] {
			t.Fatalf("secret %q: not url-safe, or seen before", s)
		}
		seen[s] = true
	}
	// FIPS 180-2's example.
	if got := auth.HashSecret("abc"); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("hash of abc: %s", got)
	}
}
