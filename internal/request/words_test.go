package request

import (
	"testing"

	"yimi/internal/store"
)

// The database takes any word, so a look by, or at, what is not known is refused.
func TestUnknownLooksAreRefused(t *testing.T) {
	t.Parallel()
	for _, l := range []Look{{Role: "auditor", What: "details"}, {Role: "staff", What: "everything"}} {
		if err := writeLook(&store.Tx{}, &l); err == nil {
			t.Errorf("%+v was taken", l)
		}
	}
}
