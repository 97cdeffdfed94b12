package apptest

import (
	"testing"

	"yimi/internal/app"
	"yimi/internal/auth"
	"yimi/internal/config"
	"yimi/internal/identity"
	"yimi/internal/store"
	"yimi/internal/storetest"
	"yimi/internal/wechat/wechattest"
)

// Mail is a World with WeChat beside it, which keeps account of accepts, and every
// subscribe message set up.
type Mail struct {
	*World
	WeChat *wechattest.Server
}

// EachMail runs the test on both databases.
func EachMail(t *testing.T, test func(t *testing.T, m *Mail)) {
	t.Helper()
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		m := &Mail{WeChat: wechattest.Start(wechattest.WithCredits())}
		t.Cleanup(m.WeChat.Close)
		m.World = New(t, url, m.Settings)
		test(t, m)
	})
}

// Settings points the program at this WeChat.
func (m *Mail) Settings(c *config.Config) {
	c.WeChat.AppID, c.WeChat.Secret, c.WeChat.BaseURL = m.WeChat.AppID, config.Secret(m.WeChat.Secret), m.WeChat.URL
	templates := c.Templates()
	for _, spec := range app.Specs(app.Declared()) {
		*templates[spec.Name] = spec.Example("template-" + spec.Name)
	}
}

// Friends ties people to WeChat users of the same names.
func (m *Mail) Friends(names []string, people []auth.Actor) {
	rows := make([]identity.WechatIdentity, len(people))
	Must(m.t, m.Tx(func(tx *store.Tx) error {
		for i, a := range people {
			rows[i] = identity.WechatIdentity{OpenID: m.OpenID(names[i]), PersonID: a.PersonID, CreatedAt: tx.Now}
		}
		return tx.Create(&rows).Error
	}))
}

// Friend makes a volunteer who came by WeChat.
func (m *Mail) Friend(name string) auth.Actor {
	a := m.Volunteer(name)
	m.Friends([]string{name}, []auth.Actor{a})
	return a
}

// OpenID is the WeChat user's of the name.
func (m *Mail) OpenID(name string) string { return wechattest.OpenID(m.WeChat.AppID, name) }

// Allow has a person tap 允许 so often, at WeChat and at the program.
func (m *Mail) Allow(a auth.Actor, name string, times int, templates ...string) {
	for range times {
		for _, template := range templates {
			Must(m.t, m.Outbox.Accept(As(a), []string{template}))
			m.WeChat.Accept(m.OpenID(name), "template-"+template, 1)
		}
	}
}

// T is the test.
func (w *World) T() testing.TB { return w.t }
