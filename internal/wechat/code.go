package wechat

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/jpeg" // what WeChat draws
	_ "image/png"  // with a transparent ground
	"regexp"
	"strings"
)

const (
	codePath = "/wxa/getwxacodeunlimit"

	maxCodeBytes = 2 << 20
	maxCodeSide  = 2000 // pixels
)

// CodeRequest asks for a mini-program code.
type CodeRequest struct {
	Scene       string // 1 to 32 letters, digits and !#$&'()*+,/:;=?@-._~; what the page reads when it opens
	Page        string // of the mini-program, without parameters; empty: its first page
	State       State
	Width       int  // 280 to 1280 pixels; 0: 430
	Transparent bool // a PNG without ground, for posters
}

// Picture is a picture as it came.
type Picture struct {
	Type  string // "image/jpeg" or "image/png"
	Bytes []byte
}

var (
	// scenePattern is every character that WeChat's page names; % is not among them.
	scenePattern = regexp.MustCompile(`^[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}$`)
	pagePattern  = regexp.MustCompile(`^[0-9A-Za-z_\-/]{1,128}$`)

	errBadScene = errors.New("a scene has 1 to 32 letters, digits and !#$&'()*+,/:;=?@-._~")
	errBadPage  = errors.New("a page has no parameters")
	errBadSide  = errors.New("a code is 280 to 1280 pixels wide")
)

// codeRefusals are those of
// https://developers.weixin.qq.com/miniprogram/dev/server/API/qrcode-link/qr-code/api_getunlimitedqrcode
var codeRefusals = map[int64]refusal{
	40129: {errScene, adviceBug},
	40169: {errScene, adviceBug},
	40097: {errScene, adviceBug},
	41030: {errPage, "settings fault: a page is not in the published mini-program; publish it, or set the state to trial"},
	45009: {errTooOften, ""}, // over 5,000 a minute
}

type codeBody struct {
	Scene     string `json:"scene"`
	Page      string `json:"page,omitempty"`
	CheckPath bool   `json:"check_path"`
	Version   string `json:"env_version"`
	Width     int    `json:"width,omitempty"`
	Hyaline   bool   `json:"is_hyaline,omitempty"`
}

// Code draws a mini-program code, which works for ever. WeChat draws up to 5,000 a
// minute: keep what was drawn. Every error holds a *fault.Error.
func (c *Client) Code(ctx context.Context, ask CodeRequest) (Picture, error) {
	body, err := ask.body()
	if err != nil {
		return Picture{}, errScene.Because(err)
	}
	var picture Picture
	f := c.call(ctx, nil, func(ctx context.Context) error {
		raw, err := post(ctx, codePath, body)
		if err != nil {
			return err
		}
		picture, err = pictureOf(raw)
		return err
	})
	if f != nil {
		return Picture{}, c.refused(ctx, codeRefusals, f)
	}
	return picture, nil
}

// pictureOf tells a picture from an error: WeChat gives both with status 200.
func pictureOf(raw []byte) (Picture, error) {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		if err := read(raw, &struct{}{}); err != nil {
			return Picture{}, err
		}
		return Picture{}, errRubbish
	}
	if len(raw) > maxCodeBytes {
		return Picture{}, errTooLong
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || size.Width > maxCodeSide || size.Height > maxCodeSide || (format != "jpeg" && format != "png") {
		return Picture{}, errRubbish
	}
	return Picture{Type: "image/" + format, Bytes: raw}, nil
}

func (r CodeRequest) body() (codeBody, error) {
	// A version that is not published has pages that WeChat does not know yet.
	b := codeBody{Scene: r.Scene, Page: strings.TrimPrefix(r.Page, "/"), Width: r.Width, Hyaline: r.Transparent}
	switch r.State {
	case Formal, "":
		b.Version, b.CheckPath = "release", true
	case Trial:
		b.Version = "trial"
	case Developer:
		b.Version = "develop"
	default:
		return codeBody{}, errState
	}
	switch {
	case !scenePattern.MatchString(b.Scene):
		return codeBody{}, errBadScene
	case b.Page != "" && !pagePattern.MatchString(b.Page):
		return codeBody{}, errBadPage
	case b.Width != 0 && (b.Width < 280 || b.Width > 1280):
		return codeBody{}, errBadSide
	}
	return b, nil
}
