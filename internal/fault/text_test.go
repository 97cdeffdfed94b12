package fault_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"yimi/internal/fault"
)

func TestTextTakesWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"林晓雯":         "林晓雯",
		"  马志宏\u3000": "马志宏",
		"👩‍👩‍👧 一家":    "👩‍👩‍👧 一家",
		"𠮷野家":         "𠮷野家",
		"عائشة":       "عائشة",
		"שרה כהן":     "שרה כהן",
		"e\u0301":     "e\u0301",
	} {
		if got, bad := fault.Text("name", in, 40); bad != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, bad)
		}
	}
}

func TestTextRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"nothing": "", "spaces": " \t\u3000 ", "zero width": "\u200b\u200b", "line feed": "a\nb", "NUL": "a\x00b",
		"C1 control": "a\u0085b", "override": "a\u202etxt.exe", "isolate": "a\u2066b\u2069", "line separator": "a\u2028b",
		"broken UTF-8": "a\xffb", "too long": strings.Repeat("𠮷", 41),
	} {
		if got, bad := fault.Text("name", in, 40); bad == nil || bad.Name != "name" || bad.Message == "" || got != "" {
			t.Errorf("%s: %q, %v", name, got, bad)
		}
	}
	if _, bad := fault.Text("name", strings.Repeat("𠮷", 40), 40); bad != nil {
		t.Error("the limit counts characters, not bytes")
	}
}

func TestLinesKeepLineFeeds(t *testing.T) {
	t.Parallel()
	if got, bad := fault.Lines("content", " 一\r\n二\n", 10); bad != nil || got != "一\n二" {
		t.Errorf("%q, %v", got, bad)
	}
	if _, bad := fault.Lines("content", "一\u202e二", 10); bad == nil {
		t.Error("an override passed")
	}
}

// What Text lets through, it lets through again unchanged, and it fits.
func TestTextIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		got, bad := fault.Text("f", rapid.String().Draw(t, "value"), limit)
		if bad != nil {
			return
		}
		again, bad := fault.Text("f", got, limit)
		if bad != nil || again != got || utf8.RuneCountInString(got) > limit {
			t.Fatalf("%q became %q, %v", got, again, bad)
		}
	})
}
