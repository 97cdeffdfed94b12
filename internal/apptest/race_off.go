//go:build !race

package apptest

// Race tells whether the race detector is on, which makes everything several times slower.
const Race = false
