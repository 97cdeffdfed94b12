package auth_test

import (
	"testing"

	"yimi/internal/auth"
)

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "::ffff:203.0.113.7": "203.0.113.7", "odd": "odd",
	} {
		if got := auth.Network(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
