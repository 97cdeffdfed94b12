package hours

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Report is what a check of the ledger found.
type Report struct {
	Entries  int64    // read and hashed again
	People   int64    // chains
	Problems []string // nothing here: the ledger is whole
}

// shownProblems is how many problems of one kind are named.
const shownProblems = 20

// Verify reads the whole ledger: every chain is hashed again from its first entry,
// and every roll-up is compared with the sum of the entries (rules 2 and 4).
// Run it on a quiet database; entries made meanwhile may look like differences.
func (s *Service) Verify(ctx context.Context, progress func(done int64)) (*Report, error) {
	r := &Report{}
	if err := r.walkChains(s.db.Read(ctx), progress); err != nil {
		return nil, err
	}
	for _, c := range rollUps {
		if err := r.compare(s.db.Read(ctx), c); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *Report) say(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// walkChains reads the ledger by key in pages, so that no long statement holds the database.
func (r *Report) walkChains(db *gorm.DB, progress func(int64)) error {
	const pageSize = 5000
	last := Entry{}
	for {
		var rows []Entry
		err := db.Where("person_id > ? OR person_id = ? AND sequence > ?", last.PersonID, last.PersonID, last.Sequence).
			Order("person_id, sequence").Limit(pageSize).Find(&rows).Error
		if err != nil {
			return err
		}
		for i := range rows {
			r.follow(&last, &rows[i])
			last = rows[i]
		}
		r.Entries += int64(len(rows))
		progress(r.Entries)
		if len(rows) < pageSize {
			return r.checkEnds(db)
		}
	}
}

// follow checks that an entry comes right after the one before in its chain.
func (r *Report) follow(before, e *Entry) {
	wantSequence, wantPrevious := before.Sequence+1, before.Hash
	if before.PersonID != e.PersonID {
		r.People++
		wantSequence, wantPrevious = 1, ""
	}
	switch {
	case e.Sequence != wantSequence:
		r.say("person %d: entry %d is number %d, expected %d", e.PersonID, e.ID, e.Sequence, wantSequence)
	case e.PreviousHash != wantPrevious:
		r.say("person %d: entry %d does not point at the entry before it", e.PersonID, e.ID)
	case e.ComputeHash() != e.Hash:
		r.say("person %d: entry %d was changed after it was made", e.PersonID, e.ID)
	}
}

// checkEnds finds chains whose last entries are gone.
func (r *Report) checkEnds(db *gorm.DB) error {
	var people []int64
	err := db.Table("volunteer_hours v").
		Joins("LEFT JOIN hour_entries e ON e.person_id = v.person_id AND e.sequence = v.sequence AND e.hash = v.last_hash").
		Where("e.id IS NULL").Limit(shownProblems).Pluck("v.person_id", &people).Error
	for _, id := range people {
		r.say("person %d: the chain does not end where the roll-up says", id)
	}
	return err
}

// rollUp compares one table of totals with the ledger, by key.
type rollUp struct{ name, kept, summed string }

const services = "SUM(CASE WHEN e.class = 'correction' THEN 0 ELSE 1 END)"

var rollUps = []rollUp{
	{"volunteer_hours", "SELECT person_id AS k, minutes AS m, entries AS n FROM volunteer_hours",
		"SELECT e.person_id, -SUM(e.minutes), -" + services + " FROM hour_entries e GROUP BY e.person_id"},
	{"volunteer_months", "SELECT CONCAT(person_id, '/', month) AS k, minutes AS m, entries AS n FROM volunteer_months",
		"SELECT CONCAT(e.person_id, '/', e.month), -SUM(e.minutes), -" + services + " FROM hour_entries e GROUP BY e.person_id, e.month"},
	{"campaign_people", "SELECT CONCAT(campaign_id, '/', person_id) AS k, minutes AS m, entries AS n FROM campaign_people",
		"SELECT CONCAT(e.campaign_id, '/', e.person_id), -SUM(e.minutes), -" + services + " FROM hour_entries e GROUP BY e.campaign_id, e.person_id"},
	{"campaign totals", "SELECT scope_id AS k, minutes AS m, entries AS n FROM hour_totals WHERE scope = 'campaign'",
		"SELECT e.campaign_id, -SUM(e.minutes), -" + services + " FROM hour_entries e GROUP BY e.campaign_id"},
	{"campaign volunteers", "SELECT scope_id AS k, volunteers AS m, 0 AS n FROM hour_totals WHERE scope = 'campaign'",
		"SELECT campaign_id, -COUNT(*), 0 FROM campaign_people GROUP BY campaign_id"},
	{"campaign totals by unit", "SELECT CONCAT(scope_id, '/', part) AS k, minutes AS m, entries AS n FROM hour_totals WHERE scope = 'campaign_unit'",
		"SELECT CONCAT(e.campaign_id, '/', e.unit_id), -SUM(e.minutes), -" + services + " FROM hour_entries e GROUP BY e.campaign_id, e.unit_id"},
	{"unit totals", "SELECT scope_id AS k, minutes AS m, entries AS n FROM hour_totals WHERE scope = 'unit' AND part = ''",
		"SELECT a.id, -SUM(e.minutes), -" + services + " FROM hour_entries e JOIN units u ON u.id = e.unit_id " +
			"JOIN units a ON u.path LIKE CONCAT(a.path, '%') GROUP BY a.id"},
	{"unit months", "SELECT CONCAT(scope_id, '/', part) AS k, minutes AS m, entries AS n FROM hour_totals WHERE scope = 'unit' AND part <> ''",
		"SELECT CONCAT(a.id, '/', e.month), -SUM(e.minutes), -" + services + " FROM hour_entries e JOIN units u ON u.id = e.unit_id " +
			"JOIN units a ON u.path LIKE CONCAT(a.path, '%') GROUP BY a.id, e.month"},
}

// compare adds what is kept to the negative of what is summed: what is left over is a difference.
func (r *Report) compare(db *gorm.DB, c rollUp) error {
	var rows []struct {
		K    string
		M, N int64
	}
	err := db.Raw("SELECT k, SUM(m) AS m, SUM(n) AS n FROM (" + c.kept + " UNION ALL " + c.summed + ") both_sides " +
		"GROUP BY k HAVING SUM(m) <> 0 OR SUM(n) <> 0 LIMIT " + fmt.Sprint(shownProblems)).Scan(&rows).Error
	for _, row := range rows {
		r.say("%s %s: differs from the ledger by %d minutes and %d entries", c.name, row.K, row.M, row.N)
	}
	return err
}
