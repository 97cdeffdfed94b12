package fault

import (
	"regexp"
	"strings"
	"unicode"
)

// phoneForms are the numbers that can be dialled here, without spaces: a mobile (工信部 numbering plan), a
// landline with its area code and perhaps an extension, 400 and 800, a landline of the same city, a
// service number such as 12345, and one of another country.
var (
	mobileForm   = regexp.MustCompile(`^1[3-9][0-9]{9}$`)
	landlineForm = regexp.MustCompile(`^(010|02[0-9]|0[3-9][0-9]{2})-?([2-8][0-9]{6,7})(-[0-9]{1,6})?$`)
	otherForm    = regexp.MustCompile(`^([48]00[0-9]{7}|[2-8][0-9]{6,7}|1[12][0-9]|1[12][0-9]{3}|9[56][0-9]{3,4}|\+[1-9][0-9]{6,14})$`)
)

// badPhone says what a field takes.
const badPhone = "号码不对。请填一个 11 位手机号，或带区号的座机，如 0953-5098110"

// Phone is the rule for every phone number that a person types, wherever that is: invisible marks,
// spaces, brackets, dots, dashes, full-width digits and +86 do not matter. It gives the one way in which
// it is kept: 13800001234, 0953-5098110, 0953-5098110-801, 4001234567, 5098110, 12345, +85291234567.
func Phone(name, value string) (string, *Field) {
	number, ok := dialled(value)
	digits := strings.ReplaceAll(number, "-", "")
	switch parts := landlineForm.FindStringSubmatch(number); {
	case !ok:
	case mobileForm.MatchString(digits), otherForm.MatchString(digits):
		return digits, nil
	case parts != nil:
		return parts[1] + "-" + parts[2] + parts[3], nil
	}
	return "", &Field{Name: name, Message: badPhone}
}

// MainlandPhone is Phone for a person's own number, by which accounts are compared: a mainland mobile,
// or a landline with its area code and nothing behind it.
func MainlandPhone(name, value string) (string, *Field) {
	number, bad := Phone(name, value)
	if bad == nil && !mobileForm.MatchString(number) && (!landlineForm.MatchString(number) || strings.Count(number, "-") > 1) {
		bad = &Field{Name: name, Message: badPhone}
	}
	return number, bad
}

// dialled gives the digits of a number with single dashes between groups of them, in national form, and + before a
// number of another country. It fails for what is no sign of a phone number.
func dialled(value string) (number string, ok bool) {
	for _, r := range Plain(value) {
		switch {
		case r >= '0' && r <= '9', r == '+' && number == "":
			number += string(r)
		case unicode.Is(unicode.Pd, r) || r == '−' || r == 'ー':
			if !strings.HasSuffix(number, "-") {
				number += "-"
			}
		case !unicode.IsSpace(r) && !strings.ContainsRune("()[]【】.·", r):
			return "", false
		}
	}
	return national(strings.Trim(number, "-")), true
}

func national(number string) string {
	bare := strings.ReplaceAll(number, "-", "")
	switch {
	case strings.HasPrefix(bare, "86") && mobileForm.MatchString(bare[2:]):
		return bare[2:]
	case strings.HasPrefix(bare, "00"):
		number = "+" + strings.TrimLeft(bare[2:], "-")
	}
	home, is := strings.CutPrefix(number, "+86")
	home = strings.TrimLeft(home, "-")
	switch {
	case !is:
		return number
	case !mobileForm.MatchString(strings.ReplaceAll(home, "-", "")) && landlineForm.MatchString("0"+home):
		return "0" + home
	}
	return home
}

// Plain gives a text with the wide letters, digits and signs of a Chinese keyboard as plain ones, and
// without the marks that show nothing, which come along when a number is copied.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, s)
}
