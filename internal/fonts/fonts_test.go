package fonts

import (
	"fmt"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	"pgregory.net/rapid"
)

// inked tells whether the face leaves anything on the paper for the character.
func inked(f font.Face, r rune) bool {
	where, mask, at, _, ok := f.Glyph(fixed.P(0, 0), r)
	if !ok {
		return false
	}
	for y := range where.Dy() {
		for x := range where.Dx() {
			if _, _, _, a := mask.At(at.X+x, at.Y+y).RGBA(); a > 0 {
				return true
			}
		}
	}
	return false
}

// Places and names whose characters the fonts before did not have, with what everybody has anyway. None
// needs a font that is not compiled in.
var named = []string{"甪直镇崀山社区", "𠮷田社区", "龘龙社工站", "〇一社区", "浬浦镇", "㙍头村", "䶮社区", "塆里", "垟头", "峃口", "硚口区", "盱眙县", "邗江区", "亳州", "儋州",
	"吴忠市利通区金积镇", "康巴什区", "大渡口区", "Ａ座 3－2", "℃①㎡…—·“”《》", "Ünal Çelik Ñoño", "Нур"}

func TestNamedPlacesAreDrawnWhole(t *testing.T) {
	t.Parallel()
	for _, w := range []Weight{Regular, Bold} {
		f := New(w, 38)
		for _, name := range named {
			if got := Drawable(w, name); got != name {
				t.Errorf("%s is drawn as %s", name, got)
			}
			for _, r := range name {
				if !blank(r) && (!has(own()[w], r) || !inked(f, r)) {
					t.Errorf("%s: %c has no ink", name, r)
				}
			}
		}
	}
}

// What no font has, or no picture can shape, is its number: no box, no gap.
func TestWhatCannotBeDrawnIsItsNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ᠮᠣ":                "〔U+182E〕〔U+1823〕", // Mongolian
		"ئۇ":                "〔U+0626〕〔U+06C7〕", // Uyghur
		"བོད":               "〔U+0F56〕〔U+0F7C〕〔U+0F51〕",
		"हि":                "〔U+0939〕〔U+093F〕",
		"甲\U000FFFFE乙\x07":  "甲〔U+FFFFE〕乙〔U+0007〕",
		"\U0002EBF0":        "〔U+2EBF0〕",
		"e\u0301":           "e〔U+0301〕",
		"\uFFFD":            "〔U+FFFD〕",
		"甲\u200b乙 丙\u3000丁": "甲\u200b乙 丙\u3000丁",
	} {
		if got := Drawable(Regular, text); got != want && !(text == "\uFFFD" && got == text) {
			t.Errorf("%+q: %q, not %q", text, got, want)
		}
	}
}

// Of all characters there are: each is kept and has ink, or has none of its own, or is its number.
func TestEveryCharacterHasInkOrIsItsNumber(t *testing.T) {
	t.Parallel()
	f, kept := New(Regular, 12), 0
	for r := rune(0x20); r <= 0x323AF; r++ {
		if !utf8.ValidRune(r) || testing.Short() && r%7 != 0 {
			continue
		}
		switch got := Drawable(Regular, string(r)); {
		case blank(r):
			if got != string(r) || inked(f, r) {
				t.Errorf("U+%04X is blank", r)
			}
		case got == string(r):
			if kept++; !inked(f, r) {
				t.Errorf("U+%04X %c has no ink", r, r)
			}
		case got != fmt.Sprintf("〔U+%04X〕", r):
			t.Errorf("U+%04X: %s", r, got)
		}
	}
	t.Log(kept, "characters by", 1+len(installed()), "fonts")
}

var number = regexp.MustCompile(`〔U\+([0-9A-F]{4,6})〕`)

// undrawn reads a drawn text back.
func undrawn(text string) string {
	return number.ReplaceAllStringFunc(text, func(s string) string {
		n, _ := strconv.ParseInt(number.FindStringSubmatch(s)[1], 16, 32)
		return string(rune(n))
	})
}

func TestNoTextLosesACharacter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom(nil, unicode.Han, unicode.Mongolian, unicode.Tibetan, unicode.Arabic, unicode.Cf, unicode.Mn, unicode.So))).Draw(t, "text")
		if number.MatchString(text) {
			t.Skip()
		}
		if got := undrawn(Drawable(Bold, text)); got != strings.ToValidUTF8(text, "\uFFFD") {
			t.Fatalf("%+q came back as %+q", text, got)
		}
	})
}

// The fonts are read in place: they take little of the heap, and no time that a start would feel.
func TestFontsTakeLittleMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	first := [2]any{parsed(regular), parsed(bold)}
	took, began := time.Since(began), time.Now()
	rest := mapped(others)
	took2 := time.Since(began)
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) >> 10
	t.Logf("own in %v, %d of Debian's in %v, %d KB of heap", took, len(rest), took2, grown)
	if grown > 8<<10 || took > time.Second {
		t.Errorf("%d KB in %v", grown, took)
	}
	runtime.KeepAlive(first)
	runtime.KeepAlive(rest)
}

// With Debian's fonts there, as in CI or where an operator put them, more has ink. Skipped where they are not.
func TestDebianFontsHaveTheRest(t *testing.T) {
	t.Parallel()
	if len(installed()) < len(others) {
		t.Skip("install fonts-noto-cjk fonts-hanazono fonts-babelstone-han to try")
	}
	const text = "한국 𪚥𫝀"
	if got := Drawable(Regular, text); got != text {
		t.Error(got)
	}
}
