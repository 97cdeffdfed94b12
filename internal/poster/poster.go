// Package poster draws the picture of an activity or a campaign that people save and pass on:
// the project's art, a few large words, and the mini-program code that leads to it.
package poster

import (
	"bytes"
	"embed"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"unicode"

	"git.sr.ht/~sbinet/gg"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
)

// The size of a poster, in pixels.
const (
	Width  = 1080
	Height = 1680
)

// Line is one fact with its label: 时间, 地点.
type Line struct{ Label, Text string }

// Poster is what to draw.
type Poster struct {
	Art   string // orchid, river or path
	Above string // over the title: the campaign's name
	Title string // at most three lines; what is longer ends in …
	Lines []Line // four at most
	Foot  string // beside the code: who invites
	Code  []byte // the mini-program code, PNG or JPEG
}

// assets: the art and the wordmark are the mini-program's drawings as pictures. The fonts are
// Noto Sans CJK SC (SIL Open Font License 1.1, assets/OFL.txt) cut down to the characters of GB 2312
// and some that names use; a character that is not there shows as a box.
//
//go:embed assets
var assets embed.FS

type ink = color.NRGBA

// rgb is an opaque colour.
func rgb(r, g, b uint8) ink { return ink{R: r, G: g, B: b, A: 255} }

// look is a campaign's colours (tokens.css: --orchid, --river, --path and their fills).
type look struct{ main, fill ink }

var looks = map[string]look{
	"orchid": {rgb(0x6C, 0x46, 0x99), rgb(0xF2, 0xEC, 0xF9)},
	"river":  {rgb(0x1A, 0x66, 0x90), rgb(0xE4, 0xF1, 0xF8)},
	"path":   {rgb(0xA9, 0x48, 0x0F), rgb(0xFD, 0xEE, 0xE2)},
}

var (
	white = rgb(255, 255, 255)
	ink1  = rgb(0x17, 0x23, 0x1F)
	ink2  = rgb(0x43, 0x51, 0x4C)
	ink3  = rgb(0x5E, 0x6B, 0x66)
	green = rgb(0x0E, 0x7C, 0x66)
)

// kit is what is read once: pictures and fonts.
type kit struct {
	regular, bold *opentype.Font
	art           map[string]image.Image
	wordmark      image.Image
}

var load = sync.OnceValues(func() (*kit, error) {
	k := &kit{art: map[string]image.Image{}}
	var err error
	if k.regular, err = readFont("sans-regular.otf"); err != nil {
		return nil, err
	}
	if k.bold, err = readFont("sans-bold.otf"); err != nil {
		return nil, err
	}
	if k.wordmark, err = readPicture("wordmark.png"); err != nil {
		return nil, err
	}
	for name := range looks {
		if k.art[name], err = readPicture(name + ".png"); err != nil {
			return nil, err
		}
	}
	return k, nil
})

func readFont(name string) (*opentype.Font, error) {
	raw, err := assets.ReadFile("assets/" + name)
	if err != nil {
		return nil, err
	}
	return opentype.Parse(raw)
}

func readPicture(name string) (image.Image, error) {
	raw, err := assets.ReadFile("assets/" + name)
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(raw))
}

// Draw draws the poster as a PNG. It fails only when the code is no picture.
func Draw(p Poster) ([]byte, error) {
	k, err := load()
	if err != nil {
		return nil, err
	}
	code, _, err := image.Decode(bytes.NewReader(p.Code))
	if err != nil {
		return nil, err
	}
	s := &sheet{Context: gg.NewContext(Width, Height), kit: k, look: looks[p.Art]}
	s.ground(p.Art)
	s.words(p)
	s.foot(p, code)
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, s.Image())
	return out.Bytes(), err
}

type sheet struct {
	*gg.Context
	*kit
	look look
}

// The places on the sheet.
const (
	margin    = 72.0
	artHeight = 576
	cardTop   = 500.0
	footTop   = 1330.0
	codeSide  = 270
)

func (s *sheet) ground(art string) {
	s.SetColor(white)
	s.Clear()
	s.DrawImage(s.art[art], 0, 0)
	s.SetColor(white)
	s.DrawRoundedRectangle(0, cardTop, Width, Height, 48)
	s.Fill()
	s.DrawImageAnchored(s.wordmark, margin, 84, 0, 0.5)
}

func (s *sheet) words(p Poster) {
	y := cardTop + 72
	s.write(s.bold, 34)
	wide, _ := s.MeasureString(p.Above)
	s.SetColor(s.look.fill)
	s.DrawRoundedRectangle(margin, y, wide+56, 68, 34)
	s.Fill()
	s.SetColor(s.look.main)
	s.DrawString(p.Above, margin+28, y+46)

	y += 68 + 88
	s.write(s.bold, 68)
	s.SetColor(ink1)
	for _, line := range s.wrap(p.Title, Width-2*margin, 3) {
		s.DrawString(line, margin, y)
		y += 92
	}
	y += 8
	for _, l := range p.Lines {
		s.write(s.regular, 38)
		s.SetColor(ink3)
		s.DrawString(l.Label, margin, y)
		s.SetColor(ink2)
		for _, line := range s.wrap(l.Text, Width-2*margin-110, 2) {
			s.DrawString(line, margin+110, y)
			y += 58
		}
		y += 10
	}
}

func (s *sheet) foot(p Poster, code image.Image) {
	s.SetColor(s.look.fill)
	s.DrawRectangle(0, footTop, Width, Height-footTop)
	s.Fill()
	middle := footTop + (Height-footTop)/2
	const frame = codeSide + 28
	left := Width - margin - frame
	s.SetColor(white)
	s.DrawRoundedRectangle(left, middle-frame/2, frame, frame, 28)
	s.Fill()
	scale := codeSide / float64(max(code.Bounds().Dx(), code.Bounds().Dy()))
	s.Push()
	s.Translate(left+14, middle-codeSide/2)
	s.Scale(scale, scale)
	s.DrawImage(code, 0, 0)
	s.Pop()

	s.write(s.bold, 50)
	s.SetColor(green)
	s.DrawString("微信扫码，一起来", margin, middle-38)
	s.write(s.regular, 36)
	s.SetColor(ink2)
	y := middle + 28
	for _, line := range s.wrap(p.Foot, left-margin-40, 2) {
		s.DrawString(line, margin, y)
		y += 52
	}
	s.SetColor(ink3)
	s.DrawString("不收任何费用", margin, y)
}

// write sets the font for what comes.
func (s *sheet) write(f *opentype.Font, size float64) {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil { // of sizes that are constants here
		panic(err)
	}
	s.SetFontFace(face)
}

// wrap breaks a text into lines of at most the width: Chinese anywhere but before closing
// marks, Latin words and numbers whole. What does not fit into the lines ends in ….
func (s *sheet) wrap(text string, width float64, most int) (lines []string) {
	fits := func(line string) bool {
		w, _ := s.MeasureString(line)
		return w <= width
	}
	line := ""
	for _, piece := range pieces(text) {
		if line == "" || fits(line+piece) {
			line += piece
			continue
		}
		lines = append(lines, strings.TrimSpace(line))
		line = strings.TrimLeft(piece, " ")
	}
	lines = append(lines, strings.TrimSpace(line))
	for i, l := range lines {
		lines[i] = cut(l, fits)
	}
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = cut(lines[most-1]+"……", fits)
	}
	return lines
}

// cut shortens a line that does not fit.
func cut(line string, fits func(string) bool) string {
	if fits(line) {
		return line
	}
	runes := []rune(strings.TrimSuffix(line, "……"))
	for len(runes) > 1 && !fits(string(runes)+"…") {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// pieces are the parts between which a line may break.
func pieces(text string) (out []string) {
	for _, r := range text {
		if n := len(out); n > 0 && !breaks([]rune(out[n-1]), r) {
			out[n-1] += string(r)
			continue
		}
		out = append(out, string(r))
	}
	return out
}

const (
	closing = "，。！？；：、）》」』”’…%℃,.!?;:)"
	opening = "（《「『“‘("
)

func breaks(before []rune, r rune) bool {
	last := before[len(before)-1]
	latin := func(r rune) bool { return r < 0x2E80 && !unicode.IsSpace(r) }
	switch {
	case strings.ContainsRune(closing, r), strings.ContainsRune(opening, last):
		return false
	case latin(last) && latin(r):
		return false
	}
	return true
}
