package apptest

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"yimi/api"
)

// path is one of the contract with what its operations may refuse with, by method.
type path struct {
	is      *regexp.Regexp
	params  int
	refusal map[string][]any
}

// paths are those of the contract, those with fewer parameters first.
var paths = sync.OnceValue(func() (out []path) {
	spec, err := api.GetSpec()
	if err != nil {
		panic(err)
	}
	general, _ := spec.Extensions["x-codes"].([]any)
	for name, item := range spec.Paths.Map() {
		p := path{regexp.MustCompile("^" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(name, "[^/]+") + "$"), strings.Count(name, "{"), map[string][]any{}}
		for method, op := range item.Operations() {
			own, _ := op.Extensions["x-codes"].([]any)
			p.refusal[method] = slices.Concat(general, own)
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b path) int { return a.params - b.params })
	return out
})

// documented fails the test when a refusal has a code that the contract does not say the operation may answer with.
func documented(t testing.TB, r *http.Request, a *Answer) {
	t.Helper()
	asked := strings.TrimPrefix(r.URL.Path, "/api/v1")
	for _, p := range paths() {
		if !p.is.MatchString(asked) {
			continue
		}
		method := r.Method
		if r.Header.Get("X-HTTP-Method-Override") != "" {
			method = http.MethodPatch
		}
		if may, known := p.refusal[method]; known && !slices.Contains(may, any(a.Problem.Code)) {
			t.Errorf("%s %s: the contract's x-codes lack %s", method, p.is, a.Problem.Code)
		}
		return
	}
}
