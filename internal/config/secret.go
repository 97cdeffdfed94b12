package config

import (
	"fmt"
	"strings"
)

const hidden = "***"

// Secret is text that is never printed; string(s) reveals it.
type Secret string

// String hides the secret, but tells whether there is one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format prints what String does, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, s.String()) }

// MarshalText keeps the secret out of JSON too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// DSN says which database: sqlite:FILE or mysql:DSN; string(d) reveals its password.
type DSN string

// MySQL tells whether it is a MySQL-compatible server.
func (d DSN) MySQL() bool { return strings.HasPrefix(string(d), "mysql:") }

// String hides who logs in, and with what. The driver reads a DSN from its last
// slash and the last @ before it, so a password may hold either.
func (d DSN) String() string {
	rest, ok := strings.CutPrefix(string(d), "mysql:")
	if !ok {
		return string(d)
	}
	slash := strings.LastIndexByte(rest, '/')
	if slash < 0 {
		return "mysql:" + hidden
	}
	at := strings.LastIndexByte(rest[:slash], '@')
	if at < 0 {
		return string(d)
	}
	return "mysql:" + hidden + rest[at:]
}

// Format prints what String does, whatever the verb.
func (d DSN) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, d.String()) }

// MarshalText keeps the password out of JSON too.
func (d DSN) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
