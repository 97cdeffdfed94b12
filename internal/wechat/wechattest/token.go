package wechattest

import (
	"crypto/rand"
	"net/http"
	"time"
)

// tokenLife is how long WeChat's tokens live.
const tokenLife = 2 * time.Hour

// tokens are the access tokens of one mini-program.
type tokens struct {
	now   string // the present one; empty: none
	until time.Time
	given int            // how many different ones
	dead  map[string]int // the error code of those that are not good any more
}

// stableToken gives the present token, or a new one when there is none, as
// https://developers.weixin.qq.com/miniprogram/dev/server/API/mp-access-token/api_getstableaccesstoken says.
func (s *Server) stableToken(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Grant  string `json:"grant_type"`
		AppID  string `json:"appid"`
		Secret string `json:"secret"`
		Force  bool   `json:"force_refresh"`
	}
	if !asked(w, r, &body) {
		return
	}
	switch {
	case body.Grant != "client_credential":
		answerError(w, 40002)
	case body.AppID != s.AppID:
		answerError(w, 40013)
	case body.Secret != s.Secret:
		answerError(w, 40125)
	default:
		token, life := s.token(body.Force)
		answer(w, map[string]any{"access_token": token, "expires_in": int(life.Seconds())})
	}
}

func (s *Server) token(force bool) (string, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.tokens
	if force {
		s.endToken(40001)
	} else if t.now != "" && !time.Now().Before(t.until) {
		s.endToken(42001)
	}
	if t.now == "" {
		t.now, t.until = "99_"+rand.Text()+rand.Text(), time.Now().Add(tokenLife)
		t.given++
	}
	return t.now, time.Until(t.until).Round(time.Second)
}

func (s *Server) endToken(errcode int) {
	if s.tokens.now != "" {
		s.tokens.dead[s.tokens.now] = errcode
		s.tokens.now = ""
	}
}

// EndToken makes the present access token no good, as WeChat does when the secret
// is changed: calls with it are answered with errcode, 40001 or 42001.
func (s *Server) EndToken(errcode int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endToken(errcode)
}

// Token gives the present access token, empty when none was asked for.
func (s *Server) Token() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.now
}

// Tokens tells how many different access tokens were given out.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.given
}

// withToken refuses a call without the present access token.
func (s *Server) withToken(do http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if errcode := s.tokenFault(r.URL.Query().Get("access_token")); errcode != 0 {
			answerError(w, errcode)
			return
		}
		do(w, r)
	})
}

func (s *Server) tokenFault(token string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case token == "":
		return 41001
	case token == s.tokens.now && time.Now().Before(s.tokens.until):
		return 0
	case token == s.tokens.now:
		return 42001
	case s.tokens.dead[token] != 0:
		return s.tokens.dead[token]
	}
	return 40001
}
