// Package version says which version the program is; the file VERSION beside it is the one place.
package version

import (
	_ "embed"
	"runtime/debug"
	"strings"
)

//go:embed VERSION
var file string

// OldestClient is the oldest mini-program that the server serves: none is refused yet. When it may rise
// stands in docs/releases.md.
const OldestClient = "0.0.0"

// Number is the version, such as 0.1.0 (semver.org).
func Number() string { return strings.TrimSpace(file) }

// String is the number, with the commit that it was built from where that is known.
func String() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Number()
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return Number() + " (" + s.Value[:12] + ")"
		}
	}
	return Number()
}
