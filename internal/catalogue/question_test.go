package catalogue_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"yimi/internal/catalogue"
	"yimi/internal/fault"
)

func ptr[T any](v T) *T { return &v }

var asked = []catalogue.Question{
	{Key: "about", Label: "什么事", Kind: "text"},
	{Key: "more", Label: "细说", Kind: "lines"},
	{Key: "alone", Label: "一个人住吗", Kind: "yes_no"},
	{Key: "sleep", Label: "睡得好吗", Kind: "choice", Options: []string{"还好", "睡不着"}},
	{Key: "days", Label: "哪几天方便", Kind: "choices", Options: []string{"周一", "周二", "周三"}},
	{Key: "age", Label: "几岁", Kind: "number", Minimum: ptr(3), Maximum: ptr(17)},
	{Key: "any", Label: "多少", Kind: "number"},
	{Key: "since", Label: "从哪天起", Kind: "date"},
	{Key: "new", Label: "新的", Kind: "picture"}, // of a later version
}

func answer(key string, values ...string) catalogue.Given {
	return catalogue.Given{Key: key, Values: values}
}

func service(questions ...catalogue.Question) *catalogue.Type {
	return &catalogue.Type{Questions: catalogue.Encode(questions)}
}

// refused gives the bad fields' names: "answers.age, answers.since".
func refused(t *testing.T, err error) string {
	t.Helper()
	var f *fault.Error
	if err == nil {
		return ""
	}
	if !errors.As(err, &f) || f.Code != "invalid_fields" {
		t.Fatal(err)
	}
	var names []string
	for _, field := range f.Fields {
		if field.Message == "" {
			t.Errorf("%s is refused without a word", field.Name)
		}
		names = append(names, field.Name)
	}
	return strings.Join(names, ", ")
}

func TestEachKindOfAnswer(t *testing.T) {
	t.Parallel()
	const no = "refused"
	for _, c := range []struct {
		key    string
		values []string
		want   string // joined, or no
	}{
		{"about", []string{"  房子  "}, "房子"},
		{"about", []string{strings.Repeat("字", 100)}, strings.Repeat("字", 100)},
		{"about", []string{strings.Repeat("字", 101)}, no},
		{"about", []string{"两\n行"}, no},
		{"about", []string{""}, no},
		{"about", []string{" \u200b "}, no},
		{"about", []string{"一", "二"}, no},
		{"about", nil, no},
		{"more", []string{"两\r\n行"}, "两\n行"},
		{"more", []string{strings.Repeat("字", 501)}, no},
		{"more", []string{"左\u202e右"}, no},
		{"alone", []string{"yes"}, "yes"},
		{"alone", []string{"no"}, "no"},
		{"alone", []string{"true"}, no},
		{"alone", []string{"YES"}, no},
		{"alone", []string{"yes", "no"}, no},
		{"sleep", []string{"还好"}, "还好"},
		{"sleep", []string{"好"}, no},
		{"sleep", []string{"还好", "睡不着"}, no},
		{"sleep", []string{""}, no},
		{"days", []string{"周三", "周一"}, "周三|周一"},
		{"days", []string{"周二"}, "周二"},
		{"days", []string{"周二", "周二"}, no},
		{"days", []string{"周二", "周日"}, no},
		{"days", nil, no},
		{"age", []string{" 3 "}, "3"},
		{"age", []string{"017"}, "17"},
		{"age", []string{"2"}, no},
		{"age", []string{"18"}, no},
		{"age", []string{"五"}, no},
		{"age", []string{"5.5"}, no},
		{"age", []string{""}, no},
		{"any", []string{"-40"}, "-40"},
		{"any", []string{"99999999999999999999"}, no},
		{"since", []string{"2026-03-05"}, "2026-03-05"},
		{"since", []string{"2028-02-29"}, "2028-02-29"},
		{"since", []string{"2026-02-29"}, no},
		{"since", []string{"2026-3-5"}, no},
		{"since", []string{"昨天"}, no},
		{"new", []string{"x"}, no},
	} {
		got, err := service(asked...).Answers([]catalogue.Given{answer(c.key, c.values...)}, true)
		if c.want == no {
			if bad := refused(t, err); bad != "answers."+c.key {
				t.Errorf("%s %q: %v %q", c.key, c.values, got, bad)
			}
			continue
		}
		if err != nil || len(got) != 1 || got[0].Key != c.key || strings.Join(got[0].Values, "|") != c.want {
			t.Errorf("%s %q: %v %v, want %q", c.key, c.values, got, err, c.want)
		}
	}
}

func TestAnswersAreThoseToTheQuestions(t *testing.T) {
	t.Parallel()
	must := slices.Clone(asked)
	for i := range must {
		must[i].Required = must[i].Key == "about" || must[i].Key == "days" || must[i].Key == "alone"
	}
	s := service(must...)
	all := []catalogue.Given{answer("alone", "no"), answer("days", "周一", "周二"), answer("about", "房子"), answer("any", "7")}
	for name, c := range map[string]struct {
		given []catalogue.Given
		whole bool
		bad   string
	}{
		"all":                          {all, true, ""},
		"all in a draft":               {all, false, ""},
		"none in a draft":              {nil, false, ""},
		"none":                         {nil, true, "answers.about, answers.alone, answers.days"},
		"one is missing":               {all[1:], true, "answers.alone"},
		"one is missing in a draft":    {all[1:], false, ""},
		"one is wrong":                 {append(all[1:], answer("alone", "maybe")), true, "answers.alone"},
		"one is wrong in a draft":      {[]catalogue.Given{answer("alone", "maybe")}, false, "answers.alone"},
		"a question that is not":       {append([]catalogue.Given{answer("salary", "9")}, all...), true, "answers.salary"},
		"the same in a draft":          {[]catalogue.Given{answer("salary", "9")}, false, "answers.salary"},
		"answered twice":               {append([]catalogue.Given{answer("any", "8")}, all...), true, "answers.any"},
		"twice, and not asked":         {[]catalogue.Given{answer("salary", "9"), answer("salary", "9")}, false, "answers.salary, answers.salary"},
		"a required choice of nothing": {append([]catalogue.Given{answer("days")}, slices.Delete(slices.Clone(all), 1, 2)...), true, "answers.days"},
	} {
		got, err := s.Answers(c.given, c.whole)
		if bad := refused(t, err); bad != c.bad {
			t.Errorf("%s: %q, want %q", name, bad, c.bad)
		}
		if c.bad != "" && got != nil {
			t.Errorf("%s: refused, and %v", name, got)
		}
	}
	got, err := s.Answers(all, true) // in the questions' order, with what was asked
	if text := fmt.Sprint(got); err != nil || text != "[{about 什么事 [房子]} {alone 一个人住吗 [no]} {days 哪几天方便 [周一 周二]} {any 多少 [7]}]" {
		t.Error(text, err)
	}
	if got, err = service().Answers(nil, true); err != nil || got == nil || len(got) != 0 {
		t.Error(got, err)
	}
}

func TestQuestionsThatCouldNotBeAnsweredAreRefused(t *testing.T) {
	t.Parallel()
	text := func(key string) catalogue.Question { return catalogue.Question{Key: key, Label: key, Kind: "text"} }
	many := func(n int) (out []catalogue.Question) {
		for i := range n {
			out = append(out, text(fmt.Sprint("q", i)))
		}
		return out
	}
	for name, c := range map[string]struct {
		list []catalogue.Question
		bad  string
	}{
		"none":                          {nil, ""},
		"every kind":                    {asked, ""},
		"twelve":                        {many(12), ""},
		"thirteen":                      {many(13), "questions"},
		"one key twice":                 {[]catalogue.Question{text("a"), text("b"), text("a")}, "questions.2"},
		"a choice without options":      {[]catalogue.Question{text("a"), {Key: "b", Kind: "choice"}}, "questions.1"},
		"choices without options":       {[]catalogue.Question{{Key: "b", Kind: "choices", Options: []string{}}}, "questions.0"},
		"options where nothing chooses": {[]catalogue.Question{{Key: "b", Kind: "text", Options: []string{"x", "y"}}}, "questions.0"},
		"a least above the most":        {[]catalogue.Question{{Key: "b", Kind: "number", Minimum: ptr(5), Maximum: ptr(4)}}, "questions.0"},
		"one number alone":              {[]catalogue.Question{{Key: "b", Kind: "number", Minimum: ptr(5), Maximum: ptr(5)}}, ""},
	} {
		if bad := refused(t, catalogue.CheckQuestions(c.list)); bad != c.bad {
			t.Errorf("%s: %q, want %q", name, bad, c.bad)
		}
	}
}

func TestWhomAServiceIsFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		groups string
		age    int
		has    string
		may    bool
	}{
		{"everyone", 5, "", true},
		{"everyone", -1, "", true},
		{"elder", 59, "", false},
		{"elder", 60, "", true},
		{"elder", -1, "", true}, // an age that is not known does not bar
		{"child", 17, "", true},
		{"child", 18, "", false},
		{"child", 0, "", true},
		{"child", -1, "", true},
		{"elder,child", 40, "", false},
		{"elder,child", 10, "", true},
		{"disabled", 40, "disabled", true},
		{"disabled", -1, "", false}, // what is declared must be declared
		{"disabled", 70, "hardship", false},
		{"elder,disabled", 40, "hardship,disabled", true},
		{"elder", 40, "disabled", false},
		{"low_income,left_behind", 12, "left_behind", true},
		{"", 40, "", false},
	} {
		s := catalogue.Served{Age: c.age}
		if c.has != "" {
			s.Groups = strings.Split(c.has, ",")
		}
		err := (&catalogue.Type{GroupsServed: c.groups}).MayServe(s)
		if (err == nil) != c.may || err != nil && !errors.Is(err, catalogue.ErrNotServed) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for age, minor := range map[int]bool{-1: false, 0: true, 17: true, 18: false} {
		if (catalogue.Served{Age: age}).IsMinor() != minor {
			t.Errorf("%d: minor %v", age, !minor)
		}
	}
}

func TestLevelsReachUpward(t *testing.T) {
	t.Parallel()
	all := []catalogue.Level{catalogue.NoLevel, catalogue.Junior, catalogue.Intermediate, catalogue.Senior}
	for i, has := range all {
		for j, asked := range all {
			if has.Reaches(asked) != (i >= j) || slices.Contains(asked.AndAbove(), has) != (i >= j) {
				t.Errorf("%s for %s", has, asked)
			}
		}
	}
}

func TestPromises(t *testing.T) {
	t.Parallel()
	s := &catalogue.Type{Promises: catalogue.Encode([]catalogue.Promise{{Urgency: "normal", Minutes: 4320}, {Urgency: "urgent", Minutes: 240}})}
	for urgency, minutes := range map[string]float64{"normal": 4320, "urgent": 240, "soon": 0, "": 0} {
		if within, ok := s.AnswerWithin(urgency); ok != (minutes > 0) || within.Minutes() != minutes {
			t.Errorf("%s: %s %v", urgency, within, ok)
		}
	}
	if catalogue.Encode[catalogue.Promise](nil) != "[]" {
		t.Error("an empty list is kept as a list")
	}
}
