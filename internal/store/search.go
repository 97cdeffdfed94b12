package store

import (
	"strings"

	"gorm.io/gorm"

	"yimi/internal/fault"
)

// Fold gives texts as searches compare them: plain letters and digits for wide ones, small ones for
// capitals, single spaces. A column that is searched keeps it, for no database folds all of this.
func Fold(texts ...string) string {
	return strings.Join(strings.Fields(strings.ToLower(fault.Plain(strings.Join(texts, " ")))), " ")
}

// mostWords bounds how many words of a search are looked for.
const mostWords = 8

// Found keeps the rows whose column, which Fold wrote, has every word of what was typed, in any order.
func Found(q *gorm.DB, column, typed string) *gorm.DB {
	words := strings.Fields(Fold(typed))
	for _, word := range words[:min(len(words), mostWords)] {
		q = q.Where(column+" LIKE ? ESCAPE '!'", "%"+likeEscaper.Replace(word)+"%")
	}
	return q
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
