package wechattest

import (
	"crypto/sha256"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"net/http"
	"regexp"
)

// AskedCode is a mini-program code that was drawn.
type AskedCode struct {
	Scene   string `json:"scene"`
	Page    string `json:"page"`
	Version string `json:"env_version"`
	Width   int    `json:"width"`
	Hyaline bool   `json:"is_hyaline"`
	Check   *bool  `json:"check_path"`
}

var (
	scenePattern = regexp.MustCompile(`^[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]*$`)
	pagePattern  = regexp.MustCompile(`^[0-9A-Za-z_-][0-9A-Za-z_\-/]*$`)
)

// code draws a mini-program code, as
// https://developers.weixin.qq.com/miniprogram/dev/server/API/qrcode-link/qr-code/api_getunlimitedqrcode
// says. It looks like one, and each scene has its own, but no camera reads it.
func (s *Server) code(w http.ResponseWriter, r *http.Request) {
	var ask AskedCode
	if !asked(w, r, &ask) {
		return
	}
	if errcode := ask.fault(); errcode != 0 {
		answerError(w, errcode)
		return
	}
	s.mu.Lock()
	keep(&s.codes, ask)
	s.mu.Unlock()
	picture := ask.draw()
	w.Header().Set("Content-Type", "image/jpeg") // WeChat says so of PNGs too
	if ask.Hyaline {
		_ = png.Encode(w, picture)
		return
	}
	_ = jpeg.Encode(w, picture, nil)
}

func (a *AskedCode) fault() int {
	if a.Width == 0 {
		a.Width = 430
	}
	switch {
	case a.Scene == "" || len(a.Scene) > 32:
		return 40169
	case !scenePattern.MatchString(a.Scene):
		return 40129
	case a.Page != "" && !pagePattern.MatchString(a.Page):
		return 41030
	case a.Version != "release" && a.Version != "trial" && a.Version != "develop" && a.Version != "":
		return 40097
	case a.Width < 280 || a.Width > 1280:
		return 47001
	}
	return 0
}

// rays and rings are how fine the picture is.
const rays, rings = 48, 5

// draw makes rays around a middle, each of dots that the scene decides.
func (a *AskedCode) draw() image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, a.Width, a.Width))
	if !a.Hyaline {
		draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	}
	bits := sha256.Sum256([]byte(a.Scene + " " + a.Page))
	middle := float64(a.Width) / 2
	dot := middle / 22
	disc(picture, middle, middle, middle*0.4, color.Black)
	disc(picture, middle, middle, middle*0.34, color.White)
	for ray := range rays {
		angle := 2 * math.Pi * float64(ray) / rays
		for ring := range rings {
			if at := ray*rings + ring; bits[at/8]>>(at%8)&1 == 1 {
				away := middle * (0.5 + 0.1*float64(ring))
				disc(picture, middle+away*math.Cos(angle), middle+away*math.Sin(angle), dot, color.Black)
			}
		}
	}
	return picture
}

func disc(picture *image.NRGBA, x, y, radius float64, ink color.Color) {
	for py := int(y - radius); py <= int(y+radius); py++ {
		for px := int(x - radius); px <= int(x+radius); px++ {
			if math.Hypot(float64(px)-x, float64(py)-y) <= radius {
				picture.Set(px, py, ink)
			}
		}
	}
}

// Codes gives the mini-program codes that were drawn, oldest first.
func (s *Server) Codes() []AskedCode { return kept(s, &s.codes) }
