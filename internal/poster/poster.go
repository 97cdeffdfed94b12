// Package poster draws the picture of an activity or a campaign that people save and pass on:
// the project's art, a few large words, and the mini-program code that leads to it.
package poster

import (
	"bytes"
	"embed"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"sync"
	"unicode"

	"git.sr.ht/~sbinet/gg"

	"yimi/internal/fonts"
)

// The size of a poster, in pixels.
const (
	Width  = 1080
	Height = 1680
)

// Line is one fact with its label: 时间, 地点.
type Line struct{ Label, Text string }

// Poster is what to draw. Long words are drawn smaller, so that they are there to the last character.
type Poster struct {
	Art   string // orchid, river or path
	Above string // over the title: the campaign's name
	Title string
	Lines []Line // four at most
	Foot  string // beside the code: who invites
	Code  []byte // the mini-program code, PNG or JPEG
}

// assets: the art and the wordmark are the mini-program's drawings as pictures.
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

// kit is what is read once.
type kit struct {
	art      map[string]image.Image
	wordmark image.Image
}

var load = sync.OnceValues(func() (*kit, error) {
	k := &kit{art: map[string]image.Image{}}
	var err error
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
	s := k.draw(p, code)
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, s.Image())
	return out.Bytes(), err
}

func (k *kit) draw(p Poster, code image.Image) *sheet {
	s := &sheet{Context: gg.NewContext(Width, Height), kit: k, look: looks[p.Art]}
	s.ground(p.Art)
	s.words(p)
	s.foot(p, code)
	return s
}

type sheet struct {
	*gg.Context
	*kit
	look look
	said []string // the lines that were drawn
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
	above := s.fit(fonts.Bold, 34, p.Above, Width-2*margin-56, 50)
	wide, _ := s.MeasureString(above.lines[0])
	s.SetColor(s.look.fill)
	s.DrawRoundedRectangle(margin, y, wide+56, 68, 34)
	s.Fill()
	s.SetColor(s.look.main)
	s.set(above, margin+28, y+46)

	y += 68 + 88
	s.SetColor(ink1)
	y = s.set(s.fit(fonts.Bold, 68, p.Title, Width-2*margin, 3*96), margin, y) + 8
	for i, l := range p.Lines {
		s.write(fonts.Regular, 38)
		s.SetColor(ink3)
		s.DrawString(l.Label, margin, y)
		s.SetColor(ink2)
		left := (footTop - 58 - y) / float64(len(p.Lines)-i)
		y = s.set(s.fit(fonts.Regular, 38, l.Text, Width-2*margin-110, left), margin+110, y) + 10
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

	s.write(fonts.Bold, 50)
	s.SetColor(green)
	s.DrawString("微信扫码，一起来", margin, middle-38)
	s.SetColor(ink2)
	y := s.set(s.fit(fonts.Regular, 36, p.Foot, left-margin-40, 136), margin, middle+28)
	s.write(fonts.Regular, 36)
	s.SetColor(ink3)
	s.DrawString("不收任何费用", margin, y)
}

// write sets the letters for what comes.
func (s *sheet) write(w fonts.Weight, size float64) { s.SetFontFace(fonts.New(w, size)) }

// block is a text in lines that fit, and how far they are apart.
type block struct {
	lines   []string
	leading float64
}

// The smallest letters, and the line's height to the letter's.
const (
	smallest = 12
	lineRate = 1.4
)

// fit breaks a text into lines within the width and the height, in letters of the size or as much
// smaller as it needs, and sets them. Only what the smallest have no room for ends in …, at full size.
func (s *sheet) fit(w fonts.Weight, size float64, text string, width, height float64) block {
	text = fonts.Drawable(w, text)
	for least := size; ; least *= 0.88 {
		b, whole := s.lay(w, max(least, smallest), text, width, height)
		if whole {
			return b
		}
		if least <= smallest {
			b, _ = s.lay(w, size, text, width, height)
			return b
		}
	}
}

func (s *sheet) lay(w fonts.Weight, size float64, text string, width, height float64) (b block, whole bool) {
	s.write(w, size)
	b.leading = size * lineRate
	b.lines, whole = s.wrap(text, width, max(int(height/b.leading), 1))
	return b, whole
}

// set draws a block in the letters that are set, and gives where the next line would be.
func (s *sheet) set(b block, x, y float64) float64 {
	for _, line := range b.lines {
		s.DrawString(line, x, y)
		y += b.leading
	}
	s.said = append(s.said, b.lines...)
	return y
}

// wrap breaks a text into lines of at most the width: Chinese anywhere but before closing
// marks, Latin words and numbers whole. What does not fit into the lines ends in …, and is not whole.
func (s *sheet) wrap(text string, width float64, most int) (lines []string, whole bool) {
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
	whole = len(lines) <= most && !slices.ContainsFunc(lines, func(l string) bool { return !fits(l) })
	for i, l := range lines {
		lines[i] = cut(l, fits)
	}
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = cut(lines[most-1]+"……", fits)
	}
	return lines, whole
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
	closing = "，。！？；：、）》」』”’…%℃,.!?;:)〕"
	opening = "（《「『“‘(〔"
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
