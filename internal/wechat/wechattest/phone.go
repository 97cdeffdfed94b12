package wechattest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// phone gives the number behind a code, as
// https://developers.weixin.qq.com/miniprogram/dev/server/API/user-info/phone-number/api_getphonenumber
// says. The code demo-phone-NAME is NAME's as often as wanted; once-phone-NONCE-NAME once.
func (s *Server) phone(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Code string `json:"code"`
	}
	if !asked(w, r, &body) {
		return
	}
	name, ok := s.phoneOf(body.Code)
	if !ok {
		answerError(w, 40029)
		return
	}
	answerOK(w, map[string]any{"phone_info": map[string]any{
		"phoneNumber":     Phone(name),
		"purePhoneNumber": Phone(name),
		"countryCode":     "86",
		"watermark":       map[string]any{"timestamp": time.Now().Unix(), "appid": s.AppID},
	}})
}

func (s *Server) phoneOf(code string) (name string, ok bool) {
	if name, ok := strings.CutPrefix(code, "demo-phone-"); ok {
		return name, name != ""
	}
	rest, ok := strings.CutPrefix(code, "once-phone-")
	_, name, named := strings.Cut(rest, "-")
	if !ok || !named || name == "" || !s.use(code) {
		return "", false
	}
	return name, true
}

// Phone is the made-up number of the user NAME, always the same.
func Phone(name string) string {
	sum := sha256.Sum256([]byte("phone|" + name))
	return fmt.Sprintf("1990000%04d", binary.BigEndian.Uint16(sum[:])%10_000)
}
