package wechat_test

import (
	"os"
	"strings"
	"testing"

	"yimi/internal/wechat"
)

func TestEverySpecCanBeSetAndSent(t *testing.T) {
	t.Parallel()
	srv := start(t)
	c := client(srv)
	for _, spec := range wechat.Specs {
		if len(spec.Fields) < 2 || len(spec.Fields) > 5 {
			t.Errorf("%s: WeChat's templates have two to five keywords", spec.Name)
		}
		tpl, err := wechat.ParseTemplate(spec.Name, spec.Example("AT_id-1"))
		if err != nil || tpl.ID != "AT_id-1" {
			t.Errorf("%s: its own example: %v", spec.Name, err)
			continue
		}
		values := map[string]string{"time": "2025年3月5日 09:30", "deadline": "2025年3月5日 11:30", "result": "已通过", "change": "时间变更"}
		m := tpl.Message(wang, "pages/x", values)
		if outcome, err := c.SendSubscribe(t.Context(), m); outcome != wechat.Sent || len(m.Data) != len(spec.Fields) {
			t.Errorf("%s: %s, %v", spec.Name, outcome, err)
		}
	}
	sent := srv.Sent()
	if got := sent[4].Data; got["thing1"] != "-" || got["time2"] != "2025年3月5日 09:30" || got["time3"] != "2025年3月5日 11:30" {
		t.Errorf("the offer says %v", got)
	}
}

func TestTemplateTakesTheBackOfficesKeywords(t *testing.T) {
	t.Parallel()
	tpl, err := wechat.ParseTemplate("request_result", " pY2x_Hk-9  thing11 thing5 date2 - ")
	if err != nil {
		t.Fatal(err)
	}
	m := tpl.Message(wang, "", map[string]string{"service": "助浴", "result": "已通过", "time": "2025年3月5日", "note": "不要", "unknown": "x"})
	if m.TemplateID != "pY2x_Hk-9" || len(m.Data) != 3 || m.Data["thing11"] != "助浴" || m.Data["thing5"] != "已通过" || m.Data["date2"] != "2025年3月5日" {
		t.Errorf("%q %q", m.TemplateID, m.Data)
	}
	for setting, want := range map[string]string{
		"":                                 "such as: TEMPLATE_ID thing1 phrase2 time3 thing4",
		"id":                               "4 keywords",
		"id thing1 phrase2 time3":          "4 keywords",
		"id thing1 phrase2 time3 thing4 x": "4 keywords",
		"i*d thing1 phrase2 time3 thing4":  "template id",
		"id thing phrase2 time3 thing4":    "thing1, time2",
		"id thing1 phrase2 time3 thing1":   "twice",
		"id time1 phrase2 time3 thing4":    "takes a time",
		"id thing1 number2 time3 thing4":   "cannot take the words",
		"id - - - -":                       "some words",
	} {
		if _, err := wechat.ParseTemplate("request_result", setting); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", setting, err, want)
		}
	}
	if _, err := wechat.ParseTemplate("request_rejected", "id thing1 phrase2 time3 thing4"); err == nil {
		t.Error("a message that there is not")
	}
}

// The page for the operator has every template as the program knows it.
func TestDocsHaveEveryTemplate(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/wechat.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range wechat.Specs {
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
