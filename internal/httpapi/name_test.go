package httpapi_test

import (
	"testing"
	"time"

	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/wechat/wechattest"
)

// A name is seen by others, so WeChat is asked about a new one: what it calls risky is refused, all else is taken,
// and nobody's name waits for a WeChat that is away or slow.
func TestANewNameIsCheckedByWeChat(t *testing.T) {
	apptest.EachMail(t, func(t *testing.T, m *apptest.Mail) {
		s := apptest.NewSite(t, m.World)
		people := m.People("林晓雯", "来的人", "没有微信")
		m.Friends([]string{"lin", "new"}, people[:2])
		rename := func(who auth.Actor, name string) apptest.Answer {
			return s.Call(t, who, "PATCH", "/me", map[string]any{"name": name})
		}
		refused := func(a apptest.Answer) {
			t.Helper()
			if a.Status != 422 || a.Problem.Code != "text_refused" || len(a.Problem.Fields) != 1 || a.Problem.Fields[0].Name != "name" {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		}
		taken := func(a apptest.Answer) {
			t.Helper()
			if a.Status >= 300 {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		}
		refused(rename(people[0], wechattest.RiskyText))
		if n := s.Count("people", "id = ? AND name = '林晓雯'", people[0].PersonID); n != 1 {
			t.Error("the name was changed")
		}
		taken(rename(people[0], "林小雯"))
		taken(rename(people[0], "林小雯"))
		taken(rename(people[0], wechattest.ReviewText))
		taken(rename(people[2], wechattest.RiskyText)) // nobody to ask about
		taken(s.Call(t, people[0], "PATCH", "/me", map[string]any{"sex": "female"}))
		asked := m.WeChat.Texts()
		if len(asked) != 3 || asked[1].OpenID != m.OpenID("lin") || asked[1].Scene != 1 || asked[1].Text != "林小雯" {
			t.Errorf("WeChat was asked %+v", asked)
		}
		s.Exec("UPDATE people SET volunteer_since = NULL WHERE id = ?", people[1].PersonID)
		registration := map[string]any{"name": wechattest.RiskyText, "birth_date": "1990-06-01", "unit_id": s.Station.ID, "agree": true}
		refused(s.Call(t, people[1], "POST", "/volunteers", registration, "Idempotency-Key", "register-0001"))

		m.WeChat.BehaveAt(wechattest.PathText, wechattest.Manner{Delay: time.Minute})
		began, slow := time.Now(), make(chan apptest.Answer)
		go func() { slow <- rename(people[0], "林慢慢") }()
		taken(rename(people[2], "别人")) // the database is not held meanwhile
		if other := time.Since(began); other > time.Second {
			t.Errorf("another's name waited %s", other)
		}
		taken(<-slow)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it waited %s", took)
		}
		m.WeChat.Down()
		taken(rename(people[0], "林晓雯"))
	})
}
