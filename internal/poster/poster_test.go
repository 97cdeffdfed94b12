package poster_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"yimi/internal/poster"
)

func code(t testing.TB) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, 430, 430))
	for i := range 430 {
		for j := range 430 {
			if (i/20+j/20)%2 == 0 {
				picture.Set(i, j, color.Black)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sample(t testing.TB) poster.Poster {
	return poster.Poster{Art: "river", Above: "守护母亲河", Title: "红寺堡黄河支流清河道行动（第 12 场）：捡垃圾、认水源、劝节水",
		Lines: []poster.Line{{"时间", "11月29日 周六 9:00 – 12:00"}, {"地点", "清水沟桥头停车场集合，请穿雨鞋、戴手套，带上自己的水杯"}, {"名额", "还有 8 个"}},
		Foot:  "东方社区社工站邀请您", Code: code(t)}
}

// Draw with POSTER_OUT=file.png to look at it, and POSTER_TITLE=甪直镇崀山社区 for another title.
func TestAPosterIsAPicture(t *testing.T) {
	t.Parallel()
	for _, art := range []string{"orchid", "river", "path"} {
		p := sample(t)
		p.Art = art
		if title := os.Getenv("POSTER_TITLE"); title != "" {
			p.Title = title
		}
		began := time.Now()
		raw, err := poster.Draw(p)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d KB in %v", art, len(raw)>>10, time.Since(began))
		size, err := png.DecodeConfig(bytes.NewReader(raw))
		if err != nil || size.Width != poster.Width || size.Height != poster.Height {
			t.Error(size, err)
		}
		if out := os.Getenv("POSTER_OUT"); out != "" {
			if err := os.WriteFile(out+"."+art+".png", raw, 0o600); err != nil {
				t.Error(err)
			}
		}
	}
}

// The longest words stay on the sheet: the white margin on the right stays white.
func TestLongWordsStayInside(t *testing.T) {
	t.Parallel()
	p := sample(t)
	p.Title = strings.Repeat("很长很长的题目", 20)
	p.Above = "守护母亲河"
	for i := range p.Lines {
		p.Lines[i].Text = strings.Repeat("W", 200) + strings.Repeat("地方很长", 40)
	}
	raw, err := poster.Draw(p)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for y := 600; y < 1320; y++ {
		for x := poster.Width - 40; x < poster.Width; x++ {
			if r, g, b, _ := picture.At(x, y).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
				t.Fatalf("ink at %d,%d", x, y)
			}
		}
	}
	for x := 72; x < 700; x++ { // nothing runs into the foot
		if r, g, b, _ := picture.At(x, 1328).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
			t.Fatalf("words run into the foot at %d", x)
		}
	}
}

func TestACodeThatIsNoPicture(t *testing.T) {
	t.Parallel()
	p := sample(t)
	p.Code = []byte("{}")
	if _, err := poster.Draw(p); err == nil {
		t.Error("it was drawn")
	}
}
