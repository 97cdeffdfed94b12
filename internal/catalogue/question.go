package catalogue

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yimi/internal/fault"
)

// Question is one thing asked with a request.
type Question struct {
	Key       string   `json:"key"`
	Label     string   `json:"label"`
	Help      string   `json:"help,omitempty"`
	Kind      string   `json:"kind"` // text, lines, yes_no, choice, choices, number, date
	Required  bool     `json:"required"`
	Sensitive bool     `json:"sensitive,omitempty"` // the answer says something about health
	Options   []string `json:"options,omitempty"`
	Minimum   *int     `json:"minimum,omitempty"`
	Maximum   *int     `json:"maximum,omitempty"`
}

// Given is an answer as it was sent.
type Given struct {
	Key    string
	Values []string
}

// Answer is an answer as it is kept: with the question as it was asked then.
type Answer struct {
	Key    string   `json:"key"`
	Label  string   `json:"label"`
	Values []string `json:"values"`
}

const (
	maxText  = 100
	maxLines = 500
)

// Answers checks what was given against the questions and puts it in their order. With
// whole, every required question must be answered; without, only what is there is checked.
func (t *Type) Answers(given []Given, whole bool) ([]Answer, error) {
	var bad []fault.Field
	out := []Answer{}
	asked := t.Asked()
	for i := range asked {
		q := &asked[i]
		at := slices.IndexFunc(given, func(g Given) bool { return g.Key == q.Key })
		if at < 0 {
			if whole && q.Required {
				bad = append(bad, q.refuse("这一项必须填写"))
			}
			continue
		}
		values, why := q.check(given[at].Values)
		if why != "" {
			bad = append(bad, q.refuse(why))
			continue
		}
		out = append(out, Answer{Key: q.Key, Label: q.Label, Values: values})
	}
	bad = append(bad, strangers(asked, given)...)
	if len(bad) > 0 {
		return nil, fault.BadFields(bad...)
	}
	return out, nil
}

func (q *Question) refuse(why string) fault.Field {
	return fault.Field{Name: "answers." + q.Key, Message: q.Label + "：" + why}
}

// strangers are answers to what was not asked, or given twice.
func strangers(asked []Question, given []Given) (bad []fault.Field) {
	seen := map[string]bool{}
	for _, g := range given {
		known := slices.ContainsFunc(asked, func(q Question) bool { return q.Key == g.Key })
		if !known || seen[g.Key] {
			bad = append(bad, fault.Field{Name: "answers." + g.Key, Message: "没有这个问题，或回答了两次，请刷新后再填"})
		}
		seen[g.Key] = true
	}
	return bad
}

// check gives the cleaned values, or why they do not fit.
func (q *Question) check(values []string) (clean []string, why string) {
	switch {
	case len(values) == 0:
		return nil, "请填写"
	case q.Kind != "choices" && len(values) > 1:
		return nil, "只能有一个回答"
	}
	for _, v := range values {
		got, why := q.one(v)
		if why != "" {
			return nil, why
		}
		if slices.Contains(clean, got) {
			return nil, "有重复的选项"
		}
		clean = append(clean, got)
	}
	return clean, ""
}

func (q *Question) one(value string) (clean, why string) {
	switch q.Kind {
	case "text":
		return cleaned(fault.Text("", value, maxText))
	case "lines":
		return cleaned(fault.Lines("", value, maxLines))
	case "yes_no":
		return value, unless(value == "yes" || value == "no", "请选是或否")
	case "choice", "choices":
		return value, unless(slices.Contains(q.Options, value), "请从选项里选")
	case "date":
		_, err := time.Parse(time.DateOnly, value)
		return value, unless(err == nil, "请选一个日期")
	case "number":
		return q.number(value)
	}
	return "", "这个问题现在不能回答"
}

func cleaned(text string, bad *fault.Field) (clean, why string) {
	if bad != nil {
		return "", bad.Message
	}
	return text, ""
}

func unless(ok bool, why string) string {
	if ok {
		return ""
	}
	return why
}

func (q *Question) number(value string) (clean, why string) {
	n, err := strconv.Atoi(strings.TrimSpace(value))
	switch {
	case err != nil:
		return "", "请填一个整数"
	case q.Minimum != nil && n < *q.Minimum:
		return "", fmt.Sprintf("不能小于 %d", *q.Minimum)
	case q.Maximum != nil && n > *q.Maximum:
		return "", fmt.Sprintf("不能大于 %d", *q.Maximum)
	}
	return strconv.Itoa(n), ""
}

// CheckQuestions refuses a list that could not be answered: a key twice, a choice without options.
func CheckQuestions(list []Question) error {
	if len(list) > maxQuestions {
		return fault.BadFields(fault.Field{Name: "questions", Message: fmt.Sprintf("最多 %d 个问题", maxQuestions)})
	}
	seen := map[string]bool{}
	for i, q := range list {
		why := ""
		chooses := q.Kind == "choice" || q.Kind == "choices"
		switch {
		case seen[q.Key]:
			why = "两个问题的编号相同"
		case chooses != (len(q.Options) > 0):
			why = "单选和多选要有选项，其他问题没有选项"
		case q.Minimum != nil && q.Maximum != nil && *q.Minimum > *q.Maximum:
			why = "最小值不能大于最大值"
		}
		if why != "" {
			return fault.BadFields(fault.Field{Name: "questions." + strconv.Itoa(i), Message: why})
		}
		seen[q.Key] = true
	}
	return nil
}
