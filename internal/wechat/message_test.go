package wechat_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"yimi/internal/fault"
	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

func TestMessageReachesThePerson(t *testing.T) {
	t.Parallel()
	srv := start(t)
	m := message()
	m.Page, m.State = "/pages/request?id=7", wechat.Trial
	if outcome, err := client(srv).SendSubscribe(t.Context(), m); outcome != wechat.Sent || err != nil {
		t.Fatal(outcome, err)
	}
	got := srv.SentTo(wang)
	if len(got) != 1 || len(srv.Sent()) != 1 {
		t.Fatalf("%+v", got)
	}
	if g := got[0]; g.TemplateID != templateID || g.Page != "pages/request?id=7" || g.State != "trial" ||
		g.Data["thing1"] != "助浴上门" || g.Data["phrase2"] != "已通过" || g.Data["time3"] != "2025年3月5日 09:30" || g.Data["thing4"] != words || len(g.Data) != 4 {
		t.Errorf("%+v", g)
	}
	if len(srv.SentTo("demo-nobody")) != 0 {
		t.Error("somebody else got it too")
	}
}

func TestEachErrorCodeOfMessages(t *testing.T) {
	t.Parallel()
	const refused, unavailable, broken = "wechat_message_refused", "wechat_unavailable", "wechat_message_broken"
	for errcode, want := range map[int]struct {
		outcome wechat.Outcome
		code    string
		log     string
		calls   int
	}{
		43101: {wechat.Refused, refused, "", 1},
		40003: {wechat.Broken, broken, "", 1},
		47003: {wechat.Broken, broken, "does not accept", 1},
		41030: {wechat.Broken, broken, "does not accept", 1},
		40037: {wechat.Broken, broken, "wechat.templates", 1},
		43107: {wechat.Broken, broken, "banned", 1},
		43116: {wechat.Broken, broken, "abuse", 1},
		45168: {wechat.Broken, broken, "forbidden words", 1},
		40001: {wechat.Later, unavailable, "refuses a token", 2},
		42001: {wechat.Later, unavailable, "refuses a token", 2},
		40014: {wechat.Later, unavailable, "refuses a token", 2},
		45009: {wechat.Later, unavailable, "quota", 1},
		45011: {wechat.Later, "wechat_too_often", "", 1},
		43108: {wechat.Later, unavailable, "", 1},
		-1:    {wechat.Later, unavailable, "", 1},
		40164: {wechat.Later, unavailable, "whitelist", 1},
		48001: {wechat.Later, unavailable, "no right", 1},
		99999: {wechat.Broken, unavailable, "does not know", 1},
	} {
		t.Run(fmt.Sprint(errcode), func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			srv.BehaveAt(wechattest.PathSend, wechattest.Manner{ErrCode: errcode})
			c, log := logged(srv)
			outcome, err := c.SendSubscribe(t.Context(), message())
			if outcome != want.outcome || fault.From(err).Code != want.code || srv.Calls(wechattest.PathSend) != want.calls || len(srv.Sent()) != 0 {
				t.Errorf("%s, %v, %d calls", outcome, err, srv.Calls(wechattest.PathSend))
			}
			wantHidden(t, err, private(srv)...)
			wantLog(t, log, want.log, private(srv)...)
		})
	}
}

// What is not known to be sent is told apart from what is known not to be.
func TestOutcomeWithoutAnErrorCode(t *testing.T) {
	t.Parallel()
	slow := wechattest.Manner{Delay: time.Minute}
	for name, x := range map[string]struct {
		path string
		m    wechattest.Manner
		want wechat.Outcome
	}{
		"503":               {wechattest.PathSend, wechattest.Manner{Status: http.StatusServiceUnavailable}, wechat.Later},
		"429":               {wechattest.PathSend, wechattest.Manner{Status: http.StatusTooManyRequests}, wechat.Later},
		"500":               {wechattest.PathSend, wechattest.Manner{Status: 500}, wechat.Unclear},
		"502":               {wechattest.PathSend, wechattest.Manner{Status: 502}, wechat.Unclear},
		"504":               {wechattest.PathSend, wechattest.Manner{Status: 504}, wechat.Unclear},
		"rubbish":           {wechattest.PathSend, wechattest.Manner{Body: "<html>"}, wechat.Unclear},
		"nothing":           {wechattest.PathSend, wechattest.Manner{Body: "{}"}, wechat.Unclear},
		"late":              {wechattest.PathSend, slow, wechat.Unclear},
		"lost":              {wechattest.PathSend, wechattest.Manner{Lose: true}, wechat.Unclear},
		"token 500":         {wechattest.PathToken, wechattest.Manner{Status: 500}, wechat.Later},
		"token rubbish":     {wechattest.PathToken, wechattest.Manner{Body: "<html>"}, wechat.Later},
		"token late":        {wechattest.PathToken, slow, wechat.Later},
		"token lost":        {wechattest.PathToken, wechattest.Manner{Lose: true}, wechat.Later},
		"token wrong":       {wechattest.PathToken, wechattest.Manner{ErrCode: 40125}, wechat.Later},
		"token without one": {wechattest.PathToken, wechattest.Manner{Body: "{}"}, wechat.Later},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := start(t)
			srv.BehaveAt(x.path, x.m)
			c := client(srv, func(cfg *wechat.Config) {
				if x.m == slow {
					cfg.Timeout = 200 * time.Millisecond
				}
			})
			outcome, err := c.SendSubscribe(t.Context(), message())
			if outcome != x.want || err == nil {
				t.Errorf("%s, %v", outcome, err)
			}
			// Only the lost answer was to a message that reached the person: that is what Unclear is for.
			if reached := len(srv.Sent()) == 1; reached != (x.m.Lose && x.path == wechattest.PathSend) {
				t.Errorf("reached the person: %v", reached)
			}
		})
	}
}

func TestMessagesWaitWhileWeChatIsDown(t *testing.T) {
	t.Parallel()
	srv := start(t, wechattest.WithCredits())
	srv.Accept(wang, templateID, 1)
	c := client(srv)
	srv.Down()
	for range 3 {
		if outcome, err := c.SendSubscribe(t.Context(), message()); outcome != wechat.Later || err == nil {
			t.Errorf("down: %s, %v", outcome, err)
		}
	}
	srv.Up()
	if outcome, err := c.SendSubscribe(t.Context(), message()); outcome != wechat.Sent {
		t.Errorf("back: %s, %v", outcome, err)
	}
	srv.Down() // now with a token in hand
	if outcome, _ := c.SendSubscribe(t.Context(), message()); outcome != wechat.Later && outcome != wechat.Unclear {
		t.Errorf("down again: %s", outcome)
	}
	if n := len(srv.SentTo(wang)); n != 1 {
		t.Errorf("reached the person %d times", n)
	}
}

func TestOneAcceptIsOneMessage(t *testing.T) {
	t.Parallel()
	srv := start(t, wechattest.WithCredits())
	c := client(srv)
	send := func() wechat.Outcome {
		outcome, err := c.SendSubscribe(t.Context(), message())
		if (outcome == wechat.Sent) != (err == nil) {
			t.Error(outcome, err)
		}
		return outcome
	}
	if got := send(); got != wechat.Refused {
		t.Errorf("never accepted: %s", got)
	}
	srv.Accept(wang, "another_template", 5)
	if got := send(); got != wechat.Refused {
		t.Errorf("accepted another template: %s", got)
	}
	srv.Accept(wang, templateID, 2)
	if a, b, c := send(), send(), send(); a != wechat.Sent || b != wechat.Sent || c != wechat.Refused {
		t.Errorf("two accepts: %s, %s, %s", a, b, c)
	}
	if srv.Credits(wang, templateID) != 0 || srv.Credits(wang, "another_template") != 5 {
		t.Error("the account does not add up")
	}
}

func TestMessagesThatWeChatWouldNotTakeAreNotSent(t *testing.T) {
	t.Parallel()
	srv := start(t)
	for name, change := range map[string]func(*wechat.Message){
		"nobody":            func(m *wechat.Message) { m.OpenID = "" },
		"no openid":         func(m *wechat.Message) { m.OpenID = "o1 or 1=1" },
		"no template":       func(m *wechat.Message) { m.TemplateID = "" },
		"no template's id":  func(m *wechat.Message) { m.TemplateID = "a b" },
		"no state":          func(m *wechat.Message) { m.State = "release" },
		"no words":          func(m *wechat.Message) { m.Data = nil },
		"a time that isn't": func(m *wechat.Message) { m.Data["time3"] = "明天上午" },
		"no time":           func(m *wechat.Message) { m.Data["time3"] = "" },
		"no keyword":        func(m *wechat.Message) { m.Data["note"] = "x" },
	} {
		m := message()
		change(&m)
		c, log := logged(srv)
		outcome, err := c.SendSubscribe(t.Context(), m)
		var f *fault.Error
		if outcome != wechat.Broken || !errors.As(err, &f) || f.Code != "wechat_message_broken" {
			t.Errorf("%s: %s, %v", name, outcome, err)
		}
		wantHidden(t, err, wang, words, "明天上午")
		wantLog(t, log, "would not take", wang, words, "明天上午")
	}
	if n := srv.Calls(wechattest.PathSend) + srv.Calls(wechattest.PathToken); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// The stand-in finds the usual fault, as WeChat does, and names the keyword.
func TestStandInRefusesWordsThatDoNotFit(t *testing.T) {
	t.Parallel()
	srv := start(t)
	long := strings.Repeat("长", 300)
	m := message()
	m.Data["thing1"], m.Data["phrase2"] = long, "未通过（材料不全）"
	if outcome, err := client(srv).SendSubscribe(t.Context(), m); outcome != wechat.Sent {
		t.Fatal(outcome, err)
	}
	if got := srv.Sent()[0].Data; got["thing1"] != strings.Repeat("长", 19)+"…" || got["phrase2"] != "未通过" {
		t.Errorf("%+v", got)
	}
}
