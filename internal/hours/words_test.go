package hours

import (
	"testing"

	"yimi/internal/store"
)

// The database takes any word, so the ledger refuses those that it does not know, before it writes anything.
func TestUnknownWordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, e := range []Entry{{Class: "gift", Source: FromSignup}, {Class: System, Source: "record"}, {}} {
		if _, err := add(&store.Tx{}, &e); err == nil {
			t.Errorf("%+v was taken", e)
		}
	}
	if err := noteAttention(&store.Tx{}, []Attention{{Reason: "looks_odd"}}); err == nil {
		t.Error("a reason that there is not was taken")
	}
}
