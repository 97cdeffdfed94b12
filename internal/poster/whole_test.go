package poster

import (
	"bytes"
	"image"
	"strings"
	"testing"
	"time"
	"unicode"

	"git.sr.ht/~sbinet/gg"
	"pgregory.net/rapid"

	"yimi/internal/fonts"
)

// said draws the words of a poster alone.
func said(p Poster, width, height int) *sheet {
	s := &sheet{Context: gg.NewContext(width, height), kit: &kit{}, look: looks[p.Art]}
	s.words(p)
	s.foot(p, image.NewRGBA(image.Rect(0, 0, 1, 1)))
	return s
}

// unspaced leaves out what a line's end swallows.
func unspaced(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// Each character of a place that the font before did not have changes the picture.
func TestNamedPlacesAreOnThePoster(t *testing.T) {
	t.Parallel()
	with := func(title string) []byte {
		s := said(Poster{Art: "path", Above: "童心路", Title: title, Foot: "邀请您"}, Width, Height)
		return bytes.Clone(s.Image().(*image.RGBA).Pix)
	}
	for _, title := range []string{"甪直镇崀山社区", "𠮷田䶮龘〇硚口峃口"} {
		whole := with(title)
		for i, r := range title {
			without := title[:i] + "\u3000" + title[i+len(string(r)):]
			if bytes.Equal(whole, with(without)) {
				t.Errorf("%c of %s leaves nothing on the poster", r, title)
			}
		}
	}
}

// The longest words that the contract takes are drawn to the last character, in any script, and in bearable time.
func TestNoPosterLosesACharacter(t *testing.T) {
	t.Parallel()
	text := func(most int) *rapid.Generator[string] {
		return rapid.StringOfN(rapid.RuneFrom(nil, unicode.Han, unicode.Latin, unicode.Nd, unicode.Po, unicode.Mongolian, unicode.Tibetan, unicode.Zs), 1, most, -1)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := Poster{Art: "river", Above: text(30).Draw(t, "above"), Title: text(60).Draw(t, "title"), Foot: text(63).Draw(t, "foot"),
			Lines: []Line{{"时间", "11月29日"}, {"地点", text(80).Draw(t, "place")}}}
		began, want := time.Now(), ""
		s := said(p, 1, 1)
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s", took)
		}
		for _, part := range []string{p.Above, p.Title, p.Lines[0].Text, p.Lines[1].Text, p.Foot} {
			want += unspaced(fonts.Drawable(fonts.Bold, part))
		}
		if got := unspaced(strings.Join(s.said, "")); got != want {
			t.Fatalf("drawn is %q, not %q", got, want)
		}
	})
}
