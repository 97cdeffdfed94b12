package wechat

import (
	"fmt"
	"slices"
	"strings"
)

// Field is one line of a subscribe message.
type Field struct {
	Name    string // ours, by which a value is given
	Label   string // the keyword to look for in WeChat's library of templates
	Keyword string // a keyword of the kind that suits it; the number is the back office's
}

// Spec is what one kind of subscribe message says, and so what its template needs.
type Spec struct {
	Name   string  // of its setting: wechat.templates.NAME
	Title  string  // to look for in WeChat's library of templates
	Fields []Field // at most five, as WeChat allows
}

// Specs are the templates that Yimi sends. Approval, rejection and return share
// one: when somebody is asked for their accept, nobody knows yet which it will be.
var Specs = []Spec{
	{"request_result", "申请结果通知", []Field{
		{"service", "服务项目", "thing1"}, {"result", "处理结果", "phrase2"}, {"time", "处理时间", "time3"}, {"note", "备注", "thing4"}}},
	{"request_assigned", "服务人员安排通知", []Field{
		{"service", "服务项目", "thing1"}, {"worker", "服务人员", "thing2"}, {"time", "服务时间", "time3"}, {"place", "服务地点", "thing4"}}},
	{"booking_reminder", "预约提醒", []Field{
		{"service", "预约项目", "thing1"}, {"time", "预约时间", "time2"}, {"place", "地点", "thing3"}, {"note", "温馨提示", "thing4"}}},
	{"signup_confirmed", "报名成功通知", []Field{
		{"activity", "活动名称", "thing1"}, {"time", "活动时间", "time2"}, {"place", "活动地点", "thing3"}, {"note", "温馨提示", "thing4"}}},
	{"signup_offered", "候补成功通知", []Field{
		{"activity", "活动名称", "thing1"}, {"time", "活动时间", "time2"}, {"deadline", "确认截止时间", "time3"}, {"note", "温馨提示", "thing4"}}},
	{"activity_changed", "活动变更通知", []Field{
		{"activity", "活动名称", "thing1"}, {"change", "变更类型", "phrase2"}, {"time", "活动时间", "time3"}, {"note", "变更说明", "thing4"}}},
	{"hours_credited", "志愿时长到账通知", []Field{
		{"activity", "活动名称", "thing1"}, {"hours", "本次时长", "thing2"}, {"total", "累计时长", "thing3"}, {"time", "记录时间", "time4"}}},
	{"shift_reminder", "活动开始提醒", []Field{
		{"activity", "活动名称", "thing1"}, {"time", "活动时间", "time2"}, {"place", "活动地点", "thing3"}, {"note", "温馨提示", "thing4"}}},
	{"dispute_answered", "申诉结果通知", []Field{
		{"subject", "申诉事项", "thing1"}, {"result", "处理结果", "phrase2"}, {"time", "处理时间", "time3"}, {"note", "处理说明", "thing4"}}},
}

// Template is a template of the back office, with the keyword of each of our fields.
type Template struct {
	ID       string
	keywords map[string]string // by field; "-" is left out
}

// ParseTemplate reads a setting: the template's id, then the keyword of each field
// in the spec's order, "-" for one that the template does not have. WeChat numbers
// the keywords by what was picked from its library, so no program can know them.
// The kind may be another than the suggested one, but a time needs a time.
func ParseTemplate(name, setting string) (Template, error) {
	i := slices.IndexFunc(Specs, func(s Spec) bool { return s.Name == name })
	if i < 0 {
		return Template{}, fmt.Errorf("no message is called %q", name)
	}
	spec, part := Specs[i], strings.Fields(setting)
	if len(part) != 1+len(spec.Fields) || !templatePattern.MatchString(part[0]) {
		return Template{}, fmt.Errorf("needs a template id and %d keywords, such as: %s", len(spec.Fields), spec.Example("TEMPLATE_ID"))
	}
	t := Template{ID: part[0], keywords: map[string]string{}}
	for i, f := range spec.Fields {
		keyword := part[1+i]
		if err := f.takes(keyword); err != nil {
			return Template{}, err
		}
		if keyword != "-" && slices.Contains(part[1:1+i], keyword) {
			return Template{}, fmt.Errorf("%s is there twice", keyword)
		}
		t.keywords[f.Name] = keyword
	}
	if !slices.ContainsFunc(part[1:], func(keyword string) bool { return keyword != "-" }) {
		return Template{}, errNoData
	}
	return t, nil
}

// Example is a setting with the suggested keywords.
func (s Spec) Example(id string) string {
	part := []string{id}
	for _, f := range s.Fields {
		part = append(part, f.Keyword)
	}
	return strings.Join(part, " ")
}

func (f Field) takes(keyword string) error {
	if keyword == "-" {
		return nil
	}
	part := keywordPattern.FindStringSubmatch(keyword)
	if part == nil {
		return fmt.Errorf("%q: %w", keyword, errKeyword)
	}
	isTime := func(kind string) bool { return kind == "time" || kind == "date" }
	ours := strings.TrimRight(f.Keyword, "0123456789")
	switch kind := part[1]; {
	case isTime(kind) && !isTime(ours):
		return fmt.Errorf("%s takes a time, and %s (%s) is none", keyword, f.Name, f.Label)
	case kind == "number" || kind == "amount" || kind == "phone_number" || kind == "car_number" || kind == "letter" || kind == "symbol":
		return fmt.Errorf("%s cannot take the words of %s (%s)", keyword, f.Name, f.Label)
	}
	return nil
}

// Message makes a message of values by field; what the template does not have is left out.
func (t Template) Message(openID, page string, values map[string]string) Message {
	m := Message{OpenID: openID, TemplateID: t.ID, Page: page, Data: map[string]string{}}
	for field, keyword := range t.keywords {
		if keyword != "-" {
			m.Data[keyword] = values[field]
		}
	}
	return m
}
