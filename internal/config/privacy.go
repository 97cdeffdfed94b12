package config

import (
	"fmt"
	"slices"

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
	return nil
}

func versionFits(v string) bool { return v != "" && len(v) <= maxVersion }
