package config

import (
	"fmt"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/v2"

	"yimi/configs"
)

// Star is one step of the stars of volunteers.
type Star struct {
	Level   int
	Minutes int // of service from which the star is held
}

// Stars gives the rule table of configs/stars.yaml, lowest first.
func Stars() ([]Star, error) {
	var table struct {
		Stars []struct {
			Level int `koanf:"level"`
			Hours int `koanf:"hours"`
		} `koanf:"stars"`
	}
	k := koanf.New(".")
	if err := k.Load(embedded(configs.Stars), yaml.Parser()); err != nil {
		return nil, fmt.Errorf("stars.yaml: %w", err)
	}
	if err := k.Unmarshal("", &table); err != nil {
		return nil, fmt.Errorf("stars.yaml: %w", err)
	}
	var stars []Star
	for i, s := range table.Stars {
		if s.Level != i+1 || s.Hours <= 0 || (i > 0 && s.Hours*60 <= stars[i-1].Minutes) {
			return nil, fmt.Errorf("stars.yaml: line %d of the table: levels go 1, 2, 3… and hours grow", i+1)
		}
		stars = append(stars, Star{Level: s.Level, Minutes: s.Hours * 60})
	}
	return stars, nil
}

// embedded is a file inside the program, as koanf reads one.
type embedded []byte

func (e embedded) ReadBytes() ([]byte, error) { return e, nil }

func (e embedded) Read() (map[string]any, error) {
	return nil, fmt.Errorf("an embedded file needs a parser")
}
