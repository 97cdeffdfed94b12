// Package age tells how old somebody is, from a birth date (YYYY-MM-DD) on a day of Asia/Shanghai. Who was born
// on 29 February turns older on 1 March; who gave no birth date is never known to be young.
package age

import (
	"time"

	"yimi/internal/store"
)

const (
	// Consent is the age under which a guardian consents (个人信息保护法 Art 31).
	Consent = 14
	// Adult is the age at which somebody is no minor any more (民法典 Art 17, 未成年人保护法 Art 2).
	Adult = 18
)

// Unknown is the age of somebody without a birth date.
const Unknown = -1

// On gives the full years at the instant; a day that is still to come is 0.
func On(birth *string, at time.Time) int {
	if birth == nil {
		return Unknown
	}
	born, err := time.Parse(time.DateOnly, *birth)
	if err != nil {
		return Unknown
	}
	day := at.In(store.Shanghai)
	years := day.Year() - born.Year()
	if day.Month() < born.Month() || day.Month() == born.Month() && day.Day() < born.Day() {
		years--
	}
	return max(years, 0)
}

// Under tells whether somebody is known to be younger.
func Under(years int, birth *string, at time.Time) bool {
	is := On(birth, at)
	return is != Unknown && is < years
}

// Minor tells whether somebody is known to be under 18.
func Minor(birth *string, at time.Time) bool { return Under(Adult, birth, at) }

// BornBy is the last birth date of those who have reached the age at the instant: who is born after it has not.
func BornBy(years int, at time.Time) string {
	day := at.In(store.Shanghai)
	born := day.AddDate(-years, 0, 0)
	if born.Day() != day.Day() { // 29 February of a year that has none
		born = born.AddDate(0, 0, -1)
	}
	return born.Format(time.DateOnly)
}
