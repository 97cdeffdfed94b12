package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"yimi/internal/activity"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/jobs"
	"yimi/internal/outbox"
	"yimi/internal/say"
	"yimi/internal/store"
	"yimi/internal/wechat/wechattest"
)

const changed = activity.MessageActivityChanged

// news tells a person of a change, with a message.
func news(m *apptest.Mail, a auth.Actor, event string, change ...func(*outbox.Notice)) {
	n := outbox.Notice{PersonID: a.PersonID, Kind: activity.NoticeActivityChanged, Event: event, Title: "活动有变动", Body: "改到下午"}.
		As(changed, outbox.Words{"activity": "清河道 " + event, "change": "时间变更", "time": say.Full(m.Clock.Now()), "note": "改到下午"})
	for _, c := range change {
		c(&n)
	}
	apptest.Must(m.T(), m.Tx(func(tx *store.Tx) error { return outbox.Tell(tx, n) }))
}

// stand counts the notices by delivery.
func stand(m *apptest.Mail) map[string]int64 {
	out := map[string]int64{}
	for _, d := range []outbox.Delivery{outbox.InApp, outbox.Waiting, outbox.Sending, outbox.Sent, outbox.Uncertain, outbox.Dead} {
		if n := m.Count("notices", "delivery = ?", d); n > 0 {
			out[string(d)] = n
		}
	}
	return out
}

func want(t *testing.T, m *apptest.Mail, is string, n int64) {
	t.Helper()
	if got := stand(m); len(got) != 1 || got[is] != n {
		t.Errorf("the notices stand at %v, not all %d at %s", got, n, is)
	}
}

// A message whose sending panics, or a first step that fails, keeps none of the others.
func TestDeliveryGoesOnAfterABadMessage(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin := m.Friend("林晓雯")
		m.Allow(lin, "林晓雯", 3, changed)
		for _, event := range []string{"a", "b", "c"} {
			news(m, lin, event)
		}
		send := m.Outbox.Send
		m.Outbox.Send = func(ctx context.Context, openID string, n *outbox.Notice) (outbox.Outcome, error) {
			if n.Event == "a" {
				panic("a bug")
			}
			return send(ctx, openID, n)
		}
		var p *jobs.Panic
		if err := m.Outbox.Deliver(t.Context()); !errors.As(err, &p) {
			t.Errorf("no panic: %v", err)
		}
		if got := stand(m); got["sent"] != 2 || got["sending"] != 1 {
			t.Errorf("the notices stand at %v", got)
		}
		m.Clock.Advance(2 * time.Minute)
		news(m, lin, "d") // something is due
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		if got := stand(m); got["uncertain"] != 1 { // it may have gone
			t.Errorf("the notices stand at %v", got)
		}
	})
}

func TestAMessageIsOneAccept(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin := m.Friend("林晓雯")
		m.Allow(lin, "林晓雯", 1, changed)
		news(m, lin, "a")
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		sent := m.WeChat.SentTo(m.OpenID("林晓雯"))
		if len(sent) != 1 || sent[0].Data["thing1"] != "清河道 a" || sent[0].Page != "pkg-me/notices" || sent[0].State != "formal" {
			t.Fatalf("%+v", sent)
		}
		if n := m.Count("notices", "words = '' AND due_at IS NULL"); n != 1 {
			t.Error("the words of a message that went are kept")
		}
		news(m, lin, "b")
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		if m.WeChat.Calls(wechattest.PathSend) != 1 || m.Count("notices", "delivery = 'in_app' AND fault = 'no_credit'") != 1 {
			t.Error("WeChat was asked without an accept", stand(m))
		}
	})
}

func TestWhoCannotBeReachedHasItInTheApp(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin, desk := m.Friend("林晓雯"), m.Volunteer("王明月")
		m.Allow(lin, "林晓雯", 3, changed)
		apptest.Must(t, m.Outbox.Accept(apptest.As(desk), []string{changed, "hours_credited"}))
		news(m, desk, "no identity at WeChat")
		news(m, lin, "a template that is not set", func(n *outbox.Notice) { n.Template = "no_such_message" })
		ends := store.At(m.Clock.Now().Add(time.Hour))
		news(m, lin, "too late", func(n *outbox.Notice) { n.SendBefore = &ends })
		m.Clock.Advance(2 * time.Hour)
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		want(t, m, "in_app", 3)
		for _, why := range []string{"no_wechat", "no_template", "too_late"} {
			if m.Count("notices", "fault = ?", why) != 1 {
				t.Error("none is", why)
			}
		}
		if n, _ := m.Outbox.Unread(t.Context(), lin.PersonID); n != 2 {
			t.Error("the app lost the news")
		}
	})
}

// What WeChat says (FACTS: 43101, 40003, 47003, 40001, 42001, and the rest of docs/wechat.md) and what comes of it.
func TestEachOfWeChatsErrors(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin := m.Friend("林晓雯")
		for _, c := range []struct {
			name   string
			manner wechattest.Manner
			is     outbox.Delivery
			spent  bool
		}{
			{"43101", wechattest.Manner{ErrCode: 43101, Times: 1}, outbox.InApp, true},
			{"40003", wechattest.Manner{ErrCode: 40003, Times: 1}, outbox.Dead, false},
			{"40037", wechattest.Manner{ErrCode: 40037, Times: 1}, outbox.Dead, false},
			{"41030", wechattest.Manner{ErrCode: 41030, Times: 1}, outbox.Dead, false},
			{"47003", wechattest.Manner{ErrCode: 47003, Times: 1}, outbox.Dead, false},
			{"43107", wechattest.Manner{ErrCode: 43107, Times: 1}, outbox.Dead, false},
			{"45168", wechattest.Manner{ErrCode: 45168, Times: 1}, outbox.Dead, false},
			{"40001 once", wechattest.Manner{ErrCode: 40001, Times: 1}, outbox.Sent, true},
			{"42001 once", wechattest.Manner{ErrCode: 42001, Times: 1}, outbox.Sent, true},
			{"-1", wechattest.Manner{ErrCode: -1, Times: 1}, outbox.Waiting, false},
			{"45009", wechattest.Manner{ErrCode: 45009, Times: 1}, outbox.Waiting, false},
			{"503", wechattest.Manner{Status: http.StatusServiceUnavailable, Times: 1}, outbox.Waiting, false},
			{"500", wechattest.Manner{Status: http.StatusInternalServerError, Times: 1}, outbox.Uncertain, true},
			{"rubbish", wechattest.Manner{Body: "<html>", Times: 1}, outbox.Uncertain, true},
			{"a lost answer", wechattest.Manner{Lose: true, Times: 1}, outbox.Uncertain, true},
		} {
			m.Exec("DELETE FROM notices")
			m.Exec("DELETE FROM subscribe_credits")
			m.Allow(lin, "林晓雯", 1, changed)
			m.WeChat.BehaveAt(wechattest.PathSend, c.manner)
			m.Clock.Advance(time.Hour) // any pause is over
			news(m, lin, c.name)
			apptest.Must(t, m.Outbox.Deliver(t.Context()))
			want(t, m, string(c.is), 1)
			if spent := m.Count("subscribe_credits", "spent = accepted") == 1; spent != c.spent {
				t.Errorf("%s: the accept is spent: %v", c.name, spent)
			}
		}
	})
}

// With WeChat away for an hour, while news keep coming and several senders try, every
// message arrives once after it is back.
func TestAnHourWithoutWeChat(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		const people, each = 12, 5
		names := make([]string, people)
		for i := range names {
			names[i] = fmt.Sprintf("志愿者%02d", i)
		}
		crowd := m.People(names...)
		m.Friends(names, crowd)
		for i, a := range crowd {
			m.Allow(a, names[i], each, changed)
		}
		m.WeChat.Down()
		deliver := func() {
			var senders sync.WaitGroup
			for range 3 {
				senders.Go(func() {
					if err := m.Outbox.Deliver(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			senders.Wait()
		}
		for round := range each {
			for i, a := range crowd {
				news(m, a, fmt.Sprintf("%d-%d", round, i))
			}
			for range 12 { // twelve minutes
				m.Clock.Advance(time.Minute)
				deliver()
			}
		}
		if len(m.WeChat.Sent()) != 0 || m.Count("notices", "delivery <> 'waiting'") != 0 {
			t.Fatal("not all wait", stand(m))
		}
		m.WeChat.Up()
		for range 35 { // as long as the longest pause between two tries of one message
			m.Clock.Advance(time.Minute)
			deliver()
		}
		want(t, m, "sent", people*each)
		times := map[string]int{}
		for _, s := range m.WeChat.Sent() {
			times[s.Data["thing1"]]++
		}
		for what, n := range times {
			if n != 1 {
				t.Errorf("%s arrived %d times", what, n)
			}
		}
		if len(times) != people*each {
			t.Errorf("%d different messages arrived", len(times))
		}
	})
}

// A WeChat that takes messages and never answers gets one, and then is asked for a sign of life.
func TestASilenceIsAskedNothingTwice(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin := m.Friend("林晓雯")
		m.Allow(lin, "林晓雯", 10, changed)
		m.WeChat.Behave(wechattest.Manner{Status: http.StatusInternalServerError})
		m.WeChat.BehaveAt(wechattest.PathToken, wechattest.Manner{Times: 1}) // the first token is given
		for i := range 8 {
			news(m, lin, fmt.Sprint(i))
		}
		for range 10 {
			apptest.Must(t, m.Outbox.Deliver(t.Context()))
			m.Clock.Advance(2 * time.Minute)
		}
		asked := m.WeChat.Calls(wechattest.PathSend)
		if asked == 0 || asked > 4 { // as many as are on their way at one moment
			t.Errorf("a silent WeChat was sent %d messages", asked)
		}
		m.WeChat.Behave(wechattest.Manner{})
		m.Clock.Advance(2 * time.Minute)
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		if got := stand(m); got["sent"] != int64(8-asked) || got["uncertain"] != int64(asked) {
			t.Error(got)
		}
	})
}

// Many senders at once send each message once.
func TestSendersDoNotShareAMessage(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin := m.Friend("林晓雯")
		m.Allow(lin, "林晓雯", 20, changed)
		for i := range 20 {
			news(m, lin, fmt.Sprint(i))
		}
		var senders sync.WaitGroup
		for range 6 {
			senders.Go(func() {
				if err := m.Outbox.Deliver(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		senders.Wait()
		want(t, m, "sent", 20)
		if n := m.WeChat.Calls(wechattest.PathSend); n != 20 {
			t.Errorf("%d messages were sent", n)
		}
	})
}

// A sender that dies while it asks leaves its message uncertain; an admin sees it, and may send it again.
func TestADeadLetterIsSeenAndSentAgain(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin := m.Friend("林晓雯")
		m.Allow(lin, "林晓雯", 2, changed)
		news(m, lin, "a")
		m.Exec("UPDATE notices SET delivery = 'sending', attempts = 1, lease = 'gone', due_at = ?", store.At(m.Clock.Now().Add(time.Minute)))
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		want(t, m, "sending", 1)
		m.Clock.Advance(time.Hour)
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		want(t, m, "uncertain", 1)
		if m.WeChat.Calls(wechattest.PathSend) != 0 {
			t.Fatal("it was sent again unasked")
		}
		s := apptest.NewSite(t, m.World)
		admin, other := m.AdminOf(m.District, "马文斌"), m.AdminOf(m.Other, "白雪")
		var page struct {
			Items []struct {
				ID         int64
				PersonName string `json:"person_name"`
				State      string
			}
		}
		s.Call(t, other, "GET", "/deliveries", nil).Into(t, &page)
		if len(page.Items) != 0 {
			t.Error("the admin of another unit sees it")
		}
		s.Call(t, admin, "GET", "/deliveries", nil).Into(t, &page)
		if len(page.Items) != 1 || page.Items[0].PersonName != "林晓雯" || page.Items[0].State != "uncertain" {
			t.Fatalf("%+v", page)
		}
		again := fmt.Sprintf("/deliveries/%d/resend", page.Items[0].ID)
		key := []string{"Idempotency-Key", "resend-000001"}
		if a := s.Call(t, other, "POST", again, nil, key...); a.Status != http.StatusNotFound {
			t.Error(a.Status, a.Problem.Code)
		}
		if a := s.Call(t, admin, "POST", again, nil, key...); a.Status != http.StatusNoContent {
			t.Error(a.Status, a.Problem.Code)
		}
		if a := s.Call(t, admin, "POST", again, nil, "Idempotency-Key", "resend-000002"); a.Status != http.StatusConflict || a.Problem.Code != "not_failed" {
			t.Error(a.Status, a.Problem.Code)
		}
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		want(t, m, "sent", 1)
	})
}

// A sender so slow that its lease runs out leaves the rest to the next one.
func TestALeaseThatRanOutIsNotSent(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		lin := m.Friend("林晓雯")
		m.Allow(lin, "林晓雯", 20, changed)
		for i := range 12 {
			news(m, lin, fmt.Sprint(i))
		}
		m.WeChat.BehaveAt(wechattest.PathSend, wechattest.Manner{Delay: 300 * time.Millisecond, Times: 4})
		var slow sync.WaitGroup
		slow.Go(func() {
			if err := m.Outbox.Deliver(t.Context()); err != nil {
				t.Error(err)
			}
		})
		for m.WeChat.Calls(wechattest.PathSend) < 4 {
			time.Sleep(time.Millisecond)
		}
		m.Clock.Advance(10 * time.Minute)
		apptest.Must(t, m.Outbox.Deliver(t.Context()))
		slow.Wait()
		if n := len(m.WeChat.Sent()); n != 12 {
			t.Errorf("%d messages arrived", n)
		}
	})
}
