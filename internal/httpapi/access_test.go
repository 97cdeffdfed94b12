package httpapi

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// An operation that does not say who may call it, by a word that there is, stops the server at its start.
func TestAnOperationWithoutAccessIsRefused(t *testing.T) {
	t.Parallel()
	for _, said := range []map[string]any{nil, {"x-access": ""}, {"x-access": "everybody"}, {"x-access": true}, {"x-access": "staff", "x-rate": "often"}} {
		if o, err := read(&openapi3.Operation{OperationID: "leak", Extensions: said}); err == nil {
			t.Errorf("%v: taken, as %q", said, o.access)
		}
	}
	if o, err := read(&openapi3.Operation{OperationID: "see", Extensions: map[string]any{"x-access": "staff"}}); err != nil || o.unagreed {
		t.Errorf("%+v, %v", o, err)
	}
}

// What is open without a login says so twice in the contract: to our program by x-access, to everybody else's by security.
func TestPublicNeedsNoToken(t *testing.T) {
	t.Parallel()
	ops, _, err := operations()
	if err != nil {
		t.Fatal(err)
	}
	for route, o := range ops {
		open := o.op.Security != nil && (len(*o.op.Security) == 0 || len((*o.op.Security)[0]) == 0)
		if open != (o.access == "public") {
			t.Errorf("%s: x-access %s, but open without a token: %v", route, o.access, open)
		}
		if o.unagreed && open {
			t.Errorf("%s: x-unagreed says nothing of what is public", route)
		}
	}
}
