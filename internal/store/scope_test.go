package store_test

import (
	"strings"
	"testing"

	"yimi/internal/scope"

	"pgregory.net/rapid"
)

func TestBelowIsTheSubtree(t *testing.T) {
	t.Parallel()
	path := rapid.Custom(func(r *rapid.T) string {
		ids := rapid.SliceOfN(rapid.SampledFrom([]string{"1", "2", "10", "11", "19", "100"}), 1, 3).Draw(r, "ids")
		return "/" + strings.Join(ids, "/") + "/"
	})
	rapid.Check(t, func(r *rapid.T) {
		root, unit := path.Draw(r, "root"), path.Draw(r, "unit")
		_, from, to := scope.Below("path", root)
		if got, want := from <= unit && unit < to, strings.HasPrefix(unit, root); got != want {
			r.Errorf("%s below %s: %v, want %v", unit, root, got, want)
		}
	})
}
