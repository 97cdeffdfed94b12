package fault_test

import (
	"encoding/json"
	"os"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"yimi/internal/fault"
)

// The mini-program's own check is held against the same table (app/phone.test.ts).
func TestPhonesAreKeptInOneWay(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/phones.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Kept    map[string]string
		Refused []string
	}
	if err := json.Unmarshal(raw, &table); err != nil {
		t.Fatal(err)
	}
	for typed, want := range table.Kept {
		if got, bad := fault.Phone("phone", typed); got != want || bad != nil {
			t.Errorf("%q is kept as %q %v, not %q", typed, got, bad, want)
		}
		if again, bad := fault.Phone("phone", want); again != want || bad != nil {
			t.Errorf("%q again: %q %v", want, again, bad)
		}
	}
	for _, typed := range table.Refused {
		if got, bad := fault.Phone("phone", typed); bad == nil || bad.Name != "phone" || got != "" {
			t.Errorf("%q is taken as %q", typed, got)
		}
	}
}

func TestOnesOwnPhoneIsMainland(t *testing.T) {
	t.Parallel()
	for typed, ok := range map[string]bool{"138 0000 1234": true, "0953-5098110": true, "0953-5098110-801": false, "5098110": false, "12345": false, "+85291234567": false, "-----": false} {
		if _, bad := fault.MainlandPhone("phone", typed); (bad == nil) != ok {
			t.Errorf("%q: %v", typed, bad)
		}
	}
}

// Whatever stands between the digits, the number is the same; and what is kept stays as it is.
func TestPhonesWithAnythingBetween(t *testing.T) {
	t.Parallel()
	between := rapid.SampledFrom([]string{"", "", "", " ", "\u200b", "\u202d", "-", "－", "—", ".", "\u00a0", "\u3000", "\ufe0f"})
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`1[3-9][0-9]{9}`).Draw(t, "digits")
		typed := rapid.SampledFrom([]string{"", "+86", "0086", "＋８６", "(86)"}).Draw(t, "before")
		for _, r := range digits {
			if rapid.Bool().Draw(t, "wide") {
				r += '０' - '0'
			}
			typed += between.Draw(t, "between") + string(r)
		}
		if got, bad := fault.Phone("phone", typed); got != digits || bad != nil {
			t.Fatalf("%q is %q %v", typed, got, bad)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("0123456789+-() 860")), rapid.RuneFrom(nil, unicode.Cf, unicode.Pd, unicode.Nd))).Draw(t, "typed")
		if kept, bad := fault.Phone("phone", typed); bad == nil {
			if again, bad := fault.Phone("phone", kept); again != kept || bad != nil {
				t.Fatalf("%q is %q, then %q %v", typed, kept, again, bad)
			}
		}
	})
}
