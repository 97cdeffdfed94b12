package wechattest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
)

// maxUsed bounds the memory of used codes: a public demo must not grow without end.
const maxUsed = 10_000

// idLength is that of WeChat's openids and unionids.
const idLength = 28

// code2Session logs in, as
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
// says. The code demo-NAME is NAME's, as often as wanted; once-NAME is NAME's
// once, and so is once-NONCE-NAME, for many single-use codes of one NAME.
func (s *Server) code2Session(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch {
	case q.Get("appid") != s.AppID:
		answerError(w, 40013)
	case q.Get("secret") != s.Secret:
		answerError(w, 40125)
	case q.Get("grant_type") != "authorization_code":
		answerError(w, 40002)
	default:
		s.login(w, q.Get("js_code"))
	}
}

func (s *Server) login(w http.ResponseWriter, code string) {
	name, errcode := s.nameOf(code)
	if errcode != 0 {
		answerError(w, errcode)
		return
	}
	answer(w, map[string]any{
		"session_key": sessionKey(),
		"openid":      OpenID(s.AppID, name),
		"unionid":     UnionID(name),
	})
}

// nameOf gives whose code it is, or WeChat's error code.
func (s *Server) nameOf(code string) (name string, errcode int) {
	if name, ok := strings.CutPrefix(code, "demo-"); ok && name != "" {
		return name, 0
	}
	rest, ok := strings.CutPrefix(code, "once-")
	if !ok || rest == "" {
		return "", 40029
	}
	if !s.use(code) {
		return "", 40163
	}
	if _, name, ok := strings.Cut(rest, "-"); ok && name != "" {
		return name, 0
	}
	return rest, 0
}

// use tells whether the code is used for the first time.
func (s *Server) use(code string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used[code] {
		return false
	}
	if len(s.used) >= maxUsed {
		clear(s.used)
	}
	s.used[code] = true
	return true
}

// OpenID is the id that the user NAME has in the mini-program: always the same, and another in each.
func OpenID(appID, name string) string { return fakeID("openid", appID, name) }

// UnionID is the id that the user NAME has in all of the owner's apps.
func UnionID(name string) string { return fakeID("unionid", name) }

func fakeID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "|")))
	return "o" + base64.RawURLEncoding.EncodeToString(sum[:])[:idLength-1]
}

// sessionKey is 16 random bytes, as WeChat's are.
func sessionKey() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return base64.StdEncoding.EncodeToString(b)
}

// messages are WeChat's words for its error codes.
var messages = map[int]string{
	-1:    "system error",
	40001: "invalid credential, access_token is invalid or not latest",
	40002: "invalid grant_type",
	40003: "invalid openid",
	40013: "invalid appid",
	40014: "invalid access_token",
	40029: "invalid code",
	40037: "invalid template_id",
	40125: "invalid appsecret",
	40129: "invalid scene",
	40163: "code been used",
	40164: "invalid ip not in whitelist",
	40169: "invalid length for scene, or the data is not json string",
	40226: "code blocked",
	41001: "access_token missing",
	41030: "invalid page",
	42001: "access_token expired",
	43101: "user refuse to accept the msg",
	43107: "subscribe message ability is banned",
	43108: "send msg concurrently to the same user",
	44991: "reach interface minute limit",
	45009: "reach max api daily quota limit",
	45011: "api minute-quota reach limit, must slower, retry next minute",
	45168: "hit sensitive words",
	47001: "data format error",
	47003: "argument invalid!",
	48001: "api unauthorized", //nolint:misspell // WeChat's word
	61010: "code is expired",
	87014: "risky content",
}

func answerError(w http.ResponseWriter, errcode int) { answerErrorAt(w, errcode, "") }

// answerErrorAt says where in the request the error is.
func answerErrorAt(w http.ResponseWriter, errcode int, where string) {
	msg, ok := messages[errcode]
	if !ok {
		msg = "error"
	}
	answer(w, map[string]any{"errcode": errcode, "errmsg": msg + where + ", rid: 00000000-00000000-00000000"})
}

// answerOK is a good answer of the endpoints that have an errcode in those too.
func answerOK(w http.ResponseWriter, more map[string]any) {
	body := map[string]any{"errcode": 0, "errmsg": "ok"}
	maps.Copy(body, more)
	answer(w, body)
}

// asked reads a body of JSON; when it is none it answers so.
func asked(w http.ResponseWriter, r *http.Request, body any) bool {
	if err := json.NewDecoder(r.Body).Decode(body); err != nil {
		answerError(w, 47001)
		return false
	}
	return true
}

// answer writes JSON the way WeChat does: always status 200, and called plain text.
func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "text/plain")
	_ = json.NewEncoder(w).Encode(body)
}
