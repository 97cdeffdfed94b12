package wechattest

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// SentMessage is a subscribe message that reached a person.
type SentMessage struct {
	OpenID     string
	TemplateID string
	Page       string
	State      string
	Data       map[string]string
	At         time.Time
}

var (
	// A person of this WeChat, or one of the demo, who have not logged in through it.
	openIDPattern   = regexp.MustCompile(`^(?:o[A-Za-z0-9_-]{27}|demo-[A-Za-z0-9_-]{1,40})$`)
	templatePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// send takes a subscribe message, as
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
// says.
func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ToUser   string `json:"touser"`
		Template string `json:"template_id"`
		Page     string `json:"page"`
		State    string `json:"miniprogram_state"`
		Data     map[string]struct {
			Value string `json:"value"`
		} `json:"data"`
	}
	if !asked(w, r, &body) {
		return
	}
	m := SentMessage{OpenID: body.ToUser, TemplateID: body.Template, Page: body.Page, State: body.State, Data: map[string]string{}, At: time.Now()}
	for key, v := range body.Data {
		m.Data[key] = v.Value
	}
	if errcode, where := s.take(m); errcode != 0 {
		answerErrorAt(w, errcode, where)
		return
	}
	answerOK(w, map[string]any{"msgid": time.Now().UnixNano()})
}

// take keeps a message, or tells the error code and where the fault is.
func (s *Server) take(m SentMessage) (errcode int, where string) {
	if !openIDPattern.MatchString(m.OpenID) {
		return 40003, ""
	}
	if !templatePattern.MatchString(m.TemplateID) {
		return 40037, ""
	}
	if strings.HasPrefix(m.Page, "/") {
		return 41030, ""
	}
	if !slices.Contains([]string{"", "formal", "trial", "developer"}, m.State) || len(m.Data) == 0 {
		return 47003, ""
	}
	for key, value := range m.Data {
		if !suits(key, value) {
			return 47003, " data." + key + ".value invalid"
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.credits != nil {
		who := m.OpenID + " " + m.TemplateID
		if s.credits[who] == 0 {
			return 43101, ""
		}
		s.credits[who]--
	}
	keep(&s.sent, m)
	return 0, ""
}

// limits are what WeChat's page says of each kind of keyword.
var limits = map[string]*regexp.Regexp{
	"number":           regexp.MustCompile(`^\d{1,32}(\.\d{1,8})?$`),
	"letter":           regexp.MustCompile(`^[A-Za-z]{1,32}$`),
	"symbol":           regexp.MustCompile(`^[!-/:-@\[-~]{1,5}$`),
	"character_string": regexp.MustCompile(`^[!-~]{1,32}$`),
	"time":             regexp.MustCompile(`^(\d{4}年\d{1,2}月\d{1,2}日 ?)?(\d{1,2}:\d{2})?(~(\d{4}年\d{1,2}月\d{1,2}日 ?)?\d{1,2}:\d{2})?$`),
	"date":             regexp.MustCompile(`^\d{4}年\d{1,2}月\d{1,2}日( ?\d{1,2}:\d{2})?(~.+)?$`),
	"amount":           regexp.MustCompile(`^[¥￥$]?\d{1,10}(\.\d+)?元?$`),
	"phone_number":     regexp.MustCompile(`^[0-9+() -]{1,17}$`),
	"car_number":       regexp.MustCompile(`^[\p{Han}0-9A-Z]{1,8}$`),
	"name":             regexp.MustCompile(`^([^0-9]{1,10}|[^0-9\p{Han}]{1,20})$`),
	"phrase":           regexp.MustCompile(`^\p{Han}{1,5}$`),
}

var keyPattern = regexp.MustCompile(`^([a-z_]+)\d+$`)

func suits(key, value string) bool {
	part := keyPattern.FindStringSubmatch(key)
	if part == nil || value == "" || strings.ContainsAny(value, "\n\r\t") {
		return false
	}
	if limit := limits[part[1]]; limit != nil {
		return limit.MatchString(value)
	}
	return utf8.RuneCountInString(value) <= 20
}

// Sent gives the messages that reached people, oldest first.
func (s *Server) Sent() []SentMessage { return kept(s, &s.sent) }

// SentTo gives those that reached one person.
func (s *Server) SentTo(openID string) []SentMessage {
	return slices.DeleteFunc(s.Sent(), func(m SentMessage) bool { return m.OpenID != openID })
}

// Accept notes that a person has tapped 允许 for a template so many times. It does
// nothing unless the server was started WithCredits.
func (s *Server) Accept(openID, templateID string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.credits != nil {
		s.credits[openID+" "+templateID] += times
	}
}

// Credits tells how many messages of a template a person can still be sent.
func (s *Server) Credits(openID, templateID string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.credits[openID+" "+templateID]
}
