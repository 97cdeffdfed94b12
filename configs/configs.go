// Package configs embeds the rule tables, so that the program needs no file to run.
package configs

import _ "embed"

// Stars is stars.yaml: hours of service for each star.
//
//go:embed stars.yaml
var Stars []byte

// Privacy is privacy.yaml: the privacy notice and the words of the separate consents.
//
//go:embed privacy.yaml
var Privacy []byte
