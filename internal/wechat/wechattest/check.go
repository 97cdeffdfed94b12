package wechattest

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Words that decide a verdict: a text with one of them in it gets it. RiskyText is
// WeChat's own example.
const (
	RiskyText  = "特3456书yuuo莞6543李zxcz蒜7782法fgnv级"
	ReviewText = "请让人工看一眼这句话"
)

// AskedCheck is a text that was to be checked.
type AskedCheck struct {
	OpenID  string
	Scene   int
	Text    string
	Suggest string // pass, review, risky
}

type checkBody struct {
	OpenID  string `json:"openid"`
	Scene   int    `json:"scene"`
	Version int    `json:"version"`
	Content string `json:"content"`
}

// fault is what is wrong with what a check needs.
func (b checkBody) fault() int {
	switch {
	case b.Version != 2:
		return 47001
	case !openIDPattern.MatchString(b.OpenID):
		return 40003
	case b.Scene < 1 || b.Scene > 4:
		return 40129
	}
	return 0
}

// text checks a text at once, as
// https://developers.weixin.qq.com/miniprogram/dev/server/API/sec-center/sec-check/api_msgseccheck says.
func (s *Server) text(w http.ResponseWriter, r *http.Request) {
	var body checkBody
	if !asked(w, r, &body) {
		return
	}
	if errcode := body.fault(); errcode != 0 {
		answerError(w, errcode)
		return
	}
	if body.Content == "" || utf8.RuneCountInString(body.Content) > 2500 {
		answerError(w, 47001)
		return
	}
	a := AskedCheck{OpenID: body.OpenID, Scene: body.Scene, Text: body.Content, Suggest: suggestFor(body.Content)}
	s.mu.Lock()
	keep(&s.texts, a)
	s.mu.Unlock()
	result := map[string]any{"suggest": a.Suggest, "label": labels[a.Suggest]}
	answerOK(w, map[string]any{
		"trace_id": traceID(),
		"result":   result,
		"detail":   []any{map[string]any{"strategy": "content_model", "errcode": 0, "suggest": a.Suggest, "label": labels[a.Suggest], "prob": 90}},
	})
}

// labels of WeChat's for each verdict: normal, abuse, fraud.
var labels = map[string]int{"pass": 100, "review": 20003, "risky": 20008}

func suggestFor(text string) string {
	switch {
	case strings.Contains(text, RiskyText):
		return "risky"
	case strings.Contains(text, ReviewText):
		return "review"
	}
	return "pass"
}

// traceID is as WeChat's: 62f11967-2b24d27a-34715985.
func traceID() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:16] + "-" + h[16:]
}

// Texts gives the texts that were checked, oldest first.
func (s *Server) Texts() []AskedCheck { return kept(s, &s.texts) }
