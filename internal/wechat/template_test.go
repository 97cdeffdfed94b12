package wechat_test

import (
	"strings"
	"testing"

	"yimi/internal/wechat"
)

func TestTemplateTakesTheBackOfficesKeywords(t *testing.T) {
	t.Parallel()
	spec := wechat.Spec{Name: "request_result", Title: "申请结果通知", Fields: []wechat.Field{
		{Name: "service", Label: "服务项目", Keyword: "thing1"}, {Name: "result", Label: "处理结果", Keyword: "phrase2"}, {Name: "time", Label: "处理时间", Keyword: "time3"}, {Name: "note", Label: "备注", Keyword: "thing4"}}}
	tpl, err := wechat.ParseTemplate(spec, " pY2x_Hk-9  thing11 thing5 date2 - ")
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
		if _, err := wechat.ParseTemplate(spec, setting); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", setting, err, want)
		}
	}
}
