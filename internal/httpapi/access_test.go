package httpapi

import "testing"

// Every operation of the contract has a rule, and every rule an operation.
func TestEveryOperationHasAnAccessRule(t *testing.T) {
	t.Parallel()
	ops, _, err := operations()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for route, o := range ops {
		seen[o.id] = true
		if access[o.id] == nil {
			t.Errorf("%s: operation %q has no rule in access.go", route, o.id)
		}
	}
	for id := range access {
		if !seen[id] {
			t.Errorf("access.go has a rule for %q, which the contract does not have", id)
		}
	}
}
