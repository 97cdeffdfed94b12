package fault

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is the rule for one line that a person writes and others read: at most
// limit characters (runes) after the spaces at both ends are cut off, something
// to see in it, and nothing that breaks the line or the order of its letters.
// Emoji and right-to-left scripts are welcome. It gives the trimmed text, or the
// field that refuses it.
func Text(name, value string, limit int) (string, *Field) { return text(name, value, limit, "") }

// Lines is Text for several lines: line feeds and tabs may stay.
func Lines(name, value string, limit int) (string, *Field) {
	return text(name, strings.ReplaceAll(value, "\r\n", "\n"), limit, "\n\t")
}

func text(name, value string, limit int, allowed string) (string, *Field) {
	value = strings.TrimSpace(value)
	switch {
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return misleading(r) && !strings.ContainsRune(allowed, r) }):
		return "", &Field{Name: name, Message: "含有不能使用的控制字符，请删掉后再试"}
	case !strings.ContainsFunc(value, visible):
		return "", &Field{Name: name, Message: "不能是空的，请填写"}
	case utf8.RuneCountInString(value) > limit:
		return "", &Field{Name: name, Message: "太长了，最多 " + strconv.Itoa(limit) + " 个字"}
	}
	return value, nil
}

// misleading finds controls, line and paragraph separators, and the bidi overrides
// and isolates that make a text read otherwise than it is (Unicode TR 36 §2.5).
func misleading(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// visible leaves out spaces and the characters that show nothing, such as U+200B.
func visible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }
