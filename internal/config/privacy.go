package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/v2"

	"yimi/configs"
)

// Privacy is the privacy notice with the words of each separate consent.
type Privacy struct {
	Version  string           `koanf:"version"`
	Sections []PrivacySection `koanf:"sections"`
	Consents []ConsentWords   `koanf:"consents"`
}

// PrivacySection is a part of the notice.
type PrivacySection struct {
	Title string   `koanf:"title"`
	Lines []string `koanf:"lines"`
}

// ConsentWords say what one separate consent is to.
type ConsentWords struct {
	Kind    string `koanf:"kind"`
	Version string `koanf:"version"`
	Title   string `koanf:"title"`
	Text    string `koanf:"text"`    // what for, and how it is kept
	Without string `koanf:"without"` // what is so without the consent
}

// period is a length of time written out: it could say another one than the settings do.
var period = regexp.MustCompile(`保存[^，。]*[0-9一二两三四五六七八九十百][ ]?(年|个月|月|天|日)`)

// In gives the notice with the periods that are in force.
func (p Privacy) In(r Retention) Privacy {
	words := strings.NewReplacer("{requests}", kept(r.Requests), "{records}", kept(r.Records), "{notices}", kept(r.Notices), "{looks}", kept(r.Looks))
	out := p
	out.Sections = make([]PrivacySection, len(p.Sections))
	for i, s := range p.Sections {
		out.Sections[i].Title = s.Title
		for _, line := range s.Lines {
			out.Sections[i].Lines = append(out.Sections[i].Lines, words.Replace(line))
		}
	}
	return out
}

// kept says how long something is kept.
func kept(d time.Duration) string {
	switch {
	case d == 0:
		return "一直保存"
	case d%year == 0:
		return fmt.Sprintf("保存 %d 年，到期删除", d/year)
	}
	return fmt.Sprintf("保存 %d 天，到期删除", (d+day-1)/day)
}

// checkPeriods asks for each period once, from the settings alone.
func (p *Privacy) checkPeriods() error {
	var all strings.Builder
	for _, s := range p.Sections {
		all.WriteString(strings.Join(s.Lines, "\n"))
	}
	for _, name := range []string{"{requests}", "{records}", "{notices}", "{looks}"} {
		if strings.Count(all.String(), name) != 1 {
			return fmt.Errorf("privacy.yaml: the notice must say how long things are kept with %s, once", name)
		}
	}
	if found := period.FindString(all.String()); found != "" {
		return fmt.Errorf("privacy.yaml: %q is written out; how long things are kept comes from the settings", found)
	}
	return nil
}

// consentKinds are the separate consents; each must have its words.
var consentKinds = []string{"sensitive", "location", "identity_number", "leaderboard", "share"}

// LoadPrivacy gives what configs/privacy.yaml says.
func LoadPrivacy() (p Privacy, err error) {
	k := koanf.New(".")
	if err := k.Load(embedded(configs.Privacy), yaml.Parser()); err != nil {
		return p, fmt.Errorf("privacy.yaml: %w", err)
	}
	if err := k.Unmarshal("", &p); err != nil {
		return p, fmt.Errorf("privacy.yaml: %w", err)
	}
	return p, p.check()
}

// maxVersion is the length of the columns that keep a version.
const maxVersion = 20

func (p *Privacy) check() error {
	if !versionFits(p.Version) || len(p.Sections) == 0 {
		return fmt.Errorf("privacy.yaml: the notice needs sections, and a version of 1 to %d characters", maxVersion)
	}
	var kinds []string
	for _, c := range p.Consents {
		if !versionFits(c.Version) || c.Title == "" || c.Text == "" || c.Without == "" {
			return fmt.Errorf("privacy.yaml: the consent %q needs a version, a title, a text and what is so without", c.Kind)
		}
		kinds = append(kinds, c.Kind)
	}
	if !slices.Equal(kinds, consentKinds) {
		return fmt.Errorf("privacy.yaml: the consents must be %v, in this order, not %v", consentKinds, kinds)
	}
	return p.checkPeriods()
}

func versionFits(v string) bool { return v != "" && len(v) <= maxVersion }
