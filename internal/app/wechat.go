package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"yimi/internal/config"
	"yimi/internal/fault"
	"yimi/internal/feature"
	"yimi/internal/outbox"
	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

var errNoCode = fault.New(fault.Unavailable, "wechat_unavailable", "这里还没有接通微信，画不出小程序码")

var errNoWechat = fault.New(fault.Unavailable, "wechat_unavailable", "这里还没有接通微信登录，请联系社工站工作人员")

// openWechat makes the client of WeChat, or in demo mode of its stand-in.
func (a *App) openWechat() {
	w := wechat.Config{AppID: a.cfg.WeChat.AppID, Secret: string(a.cfg.WeChat.Secret), BaseURL: a.cfg.WeChat.BaseURL, Logger: a.log}
	if a.cfg.Demo && w.AppID == "" {
		a.standIn = wechattest.Start()
		w.AppID, w.Secret, w.BaseURL = a.standIn.AppID, a.standIn.Secret, a.standIn.URL
	}
	if w.AppID != "" {
		a.wechat = wechat.New(w)
	}
}

// wechatLogin trades the code of wx.login.
func (a *App) wechatLogin(ctx context.Context, code string) (openID, unionID string, err error) {
	if a.wechat == nil {
		return "", "", errNoWechat
	}
	session, err := a.wechat.Login(ctx, code)
	return session.OpenID, session.UnionID, err
}

var errNoPhone = fault.New(fault.Unavailable, "wechat_unavailable", "这里还没有接通微信，请直接填写手机号")

// wechatPhone trades the code of a getPhoneNumber button. A number of another country keeps
// its code before it: who takes it decides.
func (a *App) wechatPhone(ctx context.Context, code string) (string, error) {
	if a.wechat == nil {
		return "", errNoPhone
	}
	phone, err := a.wechat.PhoneNumber(ctx, code)
	if err == nil && phone.CountryCode != "86" {
		return "+" + phone.CountryCode + phone.Number, nil
	}
	return phone.Number, err
}

// nameCheckTime is how long a person's name waits for WeChat.
const nameCheckTime = 2 * time.Second

// riskyName asks WeChat about a name. Nobody's name waits for WeChat: what it does not answer
// in time is taken, and logged.
func (a *App) riskyName(ctx context.Context, openID, name string) bool {
	if a.wechat == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, nameCheckTime)
	defer cancel()
	v, err := a.wechat.CheckText(ctx, wechat.TextCheck{OpenID: openID, Scene: wechat.Profile, Text: name})
	if err != nil {
		a.log.WarnContext(ctx, "a name was taken without WeChat's check", "error", err)
	}
	return v.Finding == wechat.Risky
}

// openOutbox ties messages to WeChat by the templates that are set.
func (a *App) openOutbox() error {
	templates, err := templatesOf(a.cfg, a.features)
	if err != nil {
		return err
	}
	if a.wechat == nil {
		templates = nil
	}
	state := wechat.State(a.cfg.WeChat.State)
	a.Outbox.Templates = idsOf(templates)
	a.Outbox.Reach = func(ctx context.Context) error { return a.wechat.Reach(ctx) }
	a.Outbox.Send = func(ctx context.Context, openID string, n *outbox.Notice) (outbox.Outcome, error) {
		_, page := a.Outbox.Look(n)
		m := templates[n.Template].Message(openID, page, n.Words)
		m.State = state
		outcome, err := a.wechat.SendSubscribe(ctx, m)
		return outbox.Outcome(outcome), err
	}
	return nil
}

// templatesOf reads the templates of the features' messages from the settings. In demo mode the
// stand-in takes any.
func templatesOf(cfg config.Config, features []feature.Feature) (map[string]wechat.Template, error) {
	out, settings := map[string]wechat.Template{}, cfg.Templates()
	for _, spec := range Specs(features) {
		of := settings[spec.Name]
		if of == nil {
			return nil, fmt.Errorf("the message %s has no setting: add wechat.templates.%s to internal/config", spec.Name, spec.Name)
		}
		setting := *of
		if setting == "" && cfg.Demo {
			setting = spec.Example("demo-" + spec.Name)
		}
		if setting == "" {
			continue
		}
		parsed, err := wechat.ParseTemplate(spec, setting)
		if err != nil {
			return nil, fmt.Errorf("wechat.templates.%s: %w", spec.Name, err)
		}
		out[spec.Name] = parsed
	}
	return out, nil
}

// Specs are the subscribe messages of the features, as WeChat's templates take them.
func Specs(features []feature.Feature) (out []wechat.Spec) {
	for _, f := range features {
		for _, m := range f.Messages {
			spec := wechat.Spec{Name: m.Name, Title: m.Title}
			for _, field := range m.Fields {
				spec.Fields = append(spec.Fields, wechat.Field(field))
			}
			out = append(out, spec)
		}
	}
	return out
}

func idsOf(templates map[string]wechat.Template) map[string]string {
	out := make(map[string]string, len(templates))
	for name, t := range templates {
		out[name] = t.ID
	}
	return out
}

// miniCode gives the mini-program code that opens a page with a scene. What WeChat drew once
// is kept beside the attachments: it draws 5,000 a minute, and a code is good for ever.
func (a *App) miniCode(ctx context.Context, scene, page string) ([]byte, error) {
	if a.wechat == nil {
		return nil, errNoCode
	}
	name := fmt.Sprintf("codes/%x", sha256.Sum256([]byte(a.cfg.WeChat.AppID+"\n"+a.cfg.WeChat.State+"\n"+page+"\n"+scene)))
	kept, err := a.files.Read(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return kept, err
	}
	drawn, err := a.wechat.Code(ctx, wechat.CodeRequest{Scene: scene, Page: page, State: wechat.State(a.cfg.WeChat.State), Transparent: true})
	if err != nil {
		return nil, err
	}
	return drawn.Bytes, a.files.Write(name, drawn.Bytes)
}
