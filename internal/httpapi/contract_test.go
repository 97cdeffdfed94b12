package httpapi

import (
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// schemasWithoutWords is how many schemas do not say what they are by more than their name. It only goes down.
const schemasWithoutWords = 163

// Every parameter and every field of a schema says what it is, by itself or by the schema that it names.
func TestEveryFieldSaysWhatItIs(t *testing.T) {
	t.Parallel()
	_, spec, err := operations()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range contractOperations(spec) {
		if op.Summary == "" {
			t.Errorf("%s: no summary", op.OperationID)
		}
		for _, p := range op.Parameters {
			if p.Value.Description == "" {
				t.Errorf("%s: %s: no description", op.OperationID, p.Value.Name)
			}
		}
		if op.RequestBody != nil {
			fields(t, op.OperationID, op.RequestBody.Value.Content)
		}
		for status, answer := range op.Responses.Map() {
			fields(t, op.OperationID+" "+status, answer.Value.Content)
		}
	}
	silent := 0
	for name, s := range spec.Components.Schemas {
		field(t, name, s)
		if s.Value.Description == "" {
			silent++
		}
	}
	if silent != schemasWithoutWords {
		t.Errorf("%d schemas have no description, want %d", silent, schemasWithoutWords)
	}
}

func fields(t *testing.T, at string, content openapi3.Content) {
	t.Helper()
	for _, media := range content {
		if media.Schema != nil && media.Schema.Ref == "" {
			field(t, at, media.Schema)
		}
	}
}

// field looks below a schema; what it names is looked at by its own name.
func field(t *testing.T, at string, s *openapi3.SchemaRef) {
	t.Helper()
	for name, p := range s.Value.Properties {
		if ignored(p) && (!p.Value.Deprecated || slices.Contains(s.Value.Required, name)) {
			t.Errorf("%s.%s: x-ignored-since without deprecated, or required", at, name)
		}
		if p.Ref != "" {
			continue
		}
		if p.Value.Description == "" {
			t.Errorf("%s.%s: no description", at, name)
		}
		field(t, at+"."+name, p)
	}
	for _, part := range s.Value.AllOf {
		if part.Ref == "" {
			field(t, at, part)
		}
	}
	if items := s.Value.Items; items != nil && items.Ref == "" {
		field(t, at+"[]", items)
	}
}
