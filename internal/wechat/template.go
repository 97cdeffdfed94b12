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

// Template is a template of the back office, with the keyword of each of our fields.
type Template struct {
	ID       string
	keywords map[string]string // by field; "-" is left out
}

// ParseTemplate reads a setting: the template's id, then the keyword of each field
// in the spec's order, "-" for one that the template does not have. WeChat numbers
// the keywords by what was picked from its library, so no program can know them.
// The kind may be another than the suggested one, but a time needs a time.
func ParseTemplate(spec Spec, setting string) (Template, error) {
	part := strings.Fields(setting)
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
