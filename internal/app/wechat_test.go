package app_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"yimi/api"
	"yimi/internal/app"
	"yimi/internal/apptest"
	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

// Every message that a feature names can be set by its own example, and WeChat takes it.
func TestEveryMessageCanBeSetAndSent(t *testing.T) {
	t.Parallel()
	srv := wechattest.Start()
	t.Cleanup(srv.Close)
	c := wechat.New(wechat.Config{AppID: srv.AppID, Secret: srv.Secret, BaseURL: srv.URL})
	for _, spec := range app.Specs(app.Declared()) {
		if len(spec.Fields) < 2 || len(spec.Fields) > 5 {
			t.Errorf("%s: WeChat's templates have two to five keywords", spec.Name)
		}
		tpl, err := wechat.ParseTemplate(spec, spec.Example("AT_id-1"))
		if err != nil || tpl.ID != "AT_id-1" {
			t.Errorf("%s: its own example: %v", spec.Name, err)
			continue
		}
		values := map[string]string{"time": "2025年3月5日 09:30", "deadline": "2025年3月5日 11:30", "result": "已通过", "change": "时间变更"}
		m := tpl.Message(wechattest.OpenID(srv.AppID, "wang"), "pages/x", values)
		if outcome, err := c.SendSubscribe(t.Context(), m); outcome != wechat.Sent || len(m.Data) != len(spec.Fields) {
			t.Errorf("%s: %s, %v", spec.Name, outcome, err)
			continue
		}
		sent := srv.Sent()
		if got := sent[len(sent)-1].Data; spec.Name == "signup_offered" && (got["thing1"] != "-" || got["time2"] != "2025年3月5日 09:30" || got["time3"] != "2025年3月5日 11:30") {
			t.Errorf("the offer says %v", got)
		}
	}
}

// The page for the operator has every message as the program knows it.
func TestDocsHaveEveryMessage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/wechat.md")
	apptest.Must(t, err)
	for _, spec := range app.Specs(app.Declared()) {
		for _, want := range []string{"`wechat.templates." + spec.Name + "`", spec.Title} {
			if !strings.Contains(string(page), want) {
				t.Errorf("docs/wechat.md does not have %s", want)
			}
		}
		for _, f := range spec.Fields {
			if !strings.Contains(string(page), f.Label+" `"+f.Keyword+"`") {
				t.Errorf("docs/wechat.md: %s lacks %s `%s`", spec.Name, f.Label, f.Keyword)
			}
		}
	}
}

// Every kind of notice is in the contract, looks like something, and leads to a page that there is.
func TestEveryNoticeLooksAndLeadsSomewhere(t *testing.T) {
	t.Parallel()
	spec, err := api.GetSpec()
	apptest.Must(t, err)
	pages := subpackagePages(t)
	icons, err := os.ReadFile("../../web/miniprogram/src/styles/icons.css")
	apptest.Must(t, err)
	kinds, seen := spec.Components.Schemas["Notice"].Value.Properties["kind"].Value.Enum, 0
	for _, f := range app.Declared() {
		for _, n := range f.Notices {
			seen++
			switch {
			case !slices.Contains(kinds, any(n.Kind)):
				t.Errorf("the contract has no kind %s", n.Kind)
			case !slices.Contains(pages, n.Page):
				t.Errorf("%s leads to %s, which is no page", n.Kind, n.Page)
			case !strings.Contains(string(icons), ".i-"+n.Icon+" {"):
				t.Errorf("%s has the picture %s, which is none", n.Kind, n.Icon)
			}
		}
	}
	if seen != len(kinds) {
		t.Errorf("the contract has %d kinds, the features %d", len(kinds), seen)
	}
}

// subpackagePages are the mini-program's pages but the tabs, as a notice names them: pkg-request/request.
func subpackagePages(t *testing.T) (all []string) {
	t.Helper()
	raw, err := os.ReadFile("../../web/miniprogram/src/pages.json")
	apptest.Must(t, err)
	var house struct {
		SubPackages []struct {
			Root  string
			Pages []struct{ Path string }
		}
	}
	apptest.Must(t, json.Unmarshal(raw, &house))
	for _, pack := range house.SubPackages {
		for _, page := range pack.Pages {
			all = append(all, pack.Root+"/"+page.Path)
		}
	}
	return all
}
