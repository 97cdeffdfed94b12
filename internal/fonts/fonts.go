// Package fonts has the letters that pictures are written with. Whoever draws words takes them
// through Drawable first and draws them with New: then every character of a text is on the picture,
// by whichever font has it, and one that none has as its number, 〔U+2EBF0〕. None is ever left out.
package fonts

import (
	_ "embed"
	"fmt"
	"image"
	"os"
	"strings"
	"sync"
	"syscall"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Weight is how heavy the letters are.
type Weight int

// The weights.
const (
	Regular Weight = iota
	Bold
)

// The fonts that are always there: Noto Sans CJK SC (SIL Open Font License 1.1, assets/OFL.txt), cut by
// scripts/fonts to what Chinese is written with: every Han character of the basic block but sixteen,
// all of extension A, 2,361 beyond. As []byte they are read in place: nothing is copied to the heap.
var (
	//go:embed assets/sans-regular.otf
	regular []byte
	//go:embed assets/sans-bold.otf
	bold []byte
)

// others are Debian's fonts with what ours have not (fonts-noto-cjk, fonts-hanazono,
// fonts-babelstone-han), used where they are installed. Together they have all Han to extension F and
// most of G and H.
var others = []string{
	"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
	"/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
	"/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf",
}

// own and installed are read at the first need.
var (
	own       = sync.OnceValue(func() [2]*opentype.Font { return [2]*opentype.Font{parsed(regular), parsed(bold)} })
	installed = sync.OnceValue(func() []*opentype.Font { return mapped(others) })
)

func parsed(raw []byte) *opentype.Font {
	f, err := opentype.Parse(raw)
	if err != nil { // of what is compiled in
		panic(err)
	}
	return f
}

// mapped opens those of the files that are there. They are mapped, not read: 100 MB of fonts take 2 MB of memory.
func mapped(paths []string) (out []*opentype.Font) {
	for _, path := range paths {
		if f := mapFont(path); f != nil {
			out = append(out, f)
		}
	}
	return out
}

func mapFont(path string) *opentype.Font {
	file, err := os.Open(path) //nolint:gosec // one of the list above
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	raw, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	all, err := opentype.ParseCollection(raw)
	if err != nil {
		return nil
	}
	f, err := all.Font(min(chinese, all.NumFonts()-1))
	if err != nil {
		return nil
	}
	return f
}

// chinese is the place of SC among the fonts of a Noto collection.
const chinese = 2

// find gives the font that has the character, and nil when none has. Fonts may be asked by many at once.
func find(w Weight, r rune) *opentype.Font {
	if f := own()[w]; has(f, r) {
		return f
	}
	for _, f := range installed() {
		if has(f, r) {
			return f
		}
	}
	return nil
}

func has(f *opentype.Font, r rune) bool {
	glyph, err := f.GlyphIndex(nil, r)
	return err == nil && glyph != 0
}

// Drawable gives the text as it will be drawn: what no font has, and what a picture cannot shape
// (Mongolian, Arabic, Uyghur, Tibetan …), as its number. All else stays as it is.
func Drawable(w Weight, text string) string {
	var out strings.Builder
	for _, r := range text {
		if blank(r) || single(r) && find(w, r) != nil {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, "〔U+%04X〕", r)
		}
	}
	return out.String()
}

// blank tells of characters that have no ink by themselves: spaces, joiners, variation selectors.
func blank(r rune) bool {
	switch {
	case unicode.IsSpace(r), r == '\u200c', r == '\u200d', r >= '\ufe00' && r <= '\ufe0f', r >= 0xe0100 && r <= 0xe01ef:
		return true
	}
	return unicode.Is(unicode.Cf, r) && unicode.Is(unicode.Common, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// single tells of characters that are drawn one after the other, each as it is; those of other scripts
// join, stack or run the other way.
func single(r rune) bool {
	switch {
	case unicode.Is(unicode.M, r), r >= '\u1100' && r <= '\u11ff', r >= '\ua960' && r <= '\ua97f', r >= '\ud7b0' && r <= '\ud7ff', r == '\u3164', r == '\uffa0':
		return false // marks; parts of Hangul syllables
	}
	return unicode.In(r, unicode.Han, unicode.Latin, unicode.Common, unicode.Greek, unicode.Cyrillic, unicode.Hiragana, unicode.Katakana,
		unicode.Bopomofo, unicode.Hangul, unicode.Yi, unicode.Lisu)
}

// New gives letters of the weight and the size in pixels, for one goroutine.
func New(w Weight, size float64) font.Face {
	f := &face{weight: w, size: size, made: map[*opentype.Font]font.Face{}}
	f.first = f.with(own()[w])
	return f
}

// face takes each character from the font that has it.
type face struct {
	weight Weight
	size   float64
	first  font.Face
	made   map[*opentype.Font]font.Face
}

func (f *face) with(of *opentype.Font) font.Face {
	if f.made[of] == nil {
		made, err := opentype.NewFace(of, &opentype.FaceOptions{Size: f.size, DPI: 72, Hinting: font.HintingNone})
		if err != nil { // it never does
			panic(err)
		}
		f.made[of] = made
	}
	return f.made[of]
}

func (f *face) of(r rune) font.Face {
	if found := find(f.weight, r); found != nil {
		return f.with(found)
	}
	return f.first
}

// Glyph implements font.Face.
func (f *face) Glyph(dot fixed.Point26_6, r rune) (image.Rectangle, image.Image, image.Point, fixed.Int26_6, bool) {
	if blank(r) {
		advance, _ := f.GlyphAdvance(r)
		return image.Rectangle{}, image.Transparent, image.Point{}, advance, true
	}
	return f.of(r).Glyph(dot, r)
}

// GlyphBounds implements font.Face.
func (f *face) GlyphBounds(r rune) (fixed.Rectangle26_6, fixed.Int26_6, bool) {
	if blank(r) {
		advance, _ := f.GlyphAdvance(r)
		return fixed.Rectangle26_6{}, advance, true
	}
	return f.of(r).GlyphBounds(r)
}

// GlyphAdvance implements font.Face: a joiner takes no room, a space that no font has that of a plain one.
func (f *face) GlyphAdvance(r rune) (fixed.Int26_6, bool) {
	switch {
	case !unicode.IsSpace(r) && blank(r):
		return 0, true
	case unicode.IsSpace(r) && find(f.weight, r) == nil:
		r = ' '
	}
	return f.of(r).GlyphAdvance(r)
}

// Kern implements font.Face: Chinese has none.
func (f *face) Kern(rune, rune) fixed.Int26_6 { return 0 }

// Metrics implements font.Face.
func (f *face) Metrics() font.Metrics { return f.first.Metrics() }

// Close implements font.Face.
func (f *face) Close() error { return nil }
