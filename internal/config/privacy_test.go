package config

import (
	"strings"
	"testing"
	"time"
)

func spoken(p Privacy) string {
	var all strings.Builder
	for _, s := range p.Sections {
		all.WriteString(strings.Join(s.Lines, "\n"))
	}
	return all.String()
}

// The notice says the periods that are in force, whatever the settings are.
func TestTheNoticeSaysThePeriodsInForce(t *testing.T) {
	t.Parallel()
	p, err := LoadPrivacy()
	if err != nil {
		t.Fatal(err)
	}
	for want, keep := range map[string]Retention{
		"和图片，办完以后保存 3 年，到期删除。":   Default().Retention,
		"谈话记录，办完以后保存 5 年，到期删除。":  Default().Retention,
		"和图片，办完以后保存 100 天，到期删除。": {Requests: 100 * 24 * time.Hour},
		"谈话记录，办完以后一直保存。":         {Requests: time.Hour},
		"给您的消息保存 1 年，到期删除；":      Default().Retention,
	} {
		if said := spoken(p.In(keep)); !strings.Contains(said, want) || strings.Contains(said, "{") {
			t.Errorf("%q is not in %s", want, said)
		}
	}
	if !strings.Contains(spoken(p), "{requests}") {
		t.Error("the words themselves were changed")
	}
}

// A notice that says a period of its own, or leaves one out, is refused.
func TestANoticeWithAPeriodOfItsOwnIsRefused(t *testing.T) {
	t.Parallel()
	for _, x := range [][2]string{
		{"办完以后{requests}", "办完以后保存三年"}, {"账号在用，信息就在", "账号注销后信息保存 10 天"}, {"{records}", ""}, {"{looks}", "{requests}"},
	} {
		p, err := LoadPrivacy()
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for i := range p.Sections {
			for j, line := range p.Sections[i].Lines {
				found = found || strings.Contains(line, x[0])
				p.Sections[i].Lines[j] = strings.Replace(line, x[0], x[1], 1)
			}
		}
		if err := p.check(); !found || err == nil {
			t.Errorf("%q in place of %q (there: %v) was taken", x[1], x[0], found)
		}
	}
}
