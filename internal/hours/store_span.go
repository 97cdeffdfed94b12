package hours

import (
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"yimi/internal/store"
)

// longestSpan is the most that one entry credits: no shift is longer.
const longestSpan = 24 * time.Hour

// takeSpan writes the time that the entry credits, behind the row of the volunteer on which all
// who credit one person wait, so that what it reads of the others holds.
func takeSpan(tx *store.Tx, e *Entry) error {
	if e.Class == Correction {
		return correctSpan(tx, e)
	}
	if e.Given == nil || e.Given.Minutes() < e.Minutes {
		return errSpan
	}
	if e.owner == 0 {
		if err := mayStandBeside(tx, e.near, *e.Given, e.DayCap); err != nil {
			return err
		}
	} else if err := mayTakeSpan(tx, e.humanIDs(), 0, *e.Given, e.DayCap); err != nil { // with those of whom it was merged into
		return err
	}
	return tx.Create(&credited{EntryID: e.ID, PersonID: e.ownerID(), FromAt: e.Given.From, ToAt: e.Given.To}).Error
}

// humanIDs are the accounts whose spans the entry's must not overlap.
func (e *Entry) humanIDs() []int64 {
	if slices.Contains(e.Human, e.ownerID()) {
		return e.Human
	}
	return append([]int64{e.ownerID()}, e.Human...)
}

// mayTakeSpan refuses a span that another entry than the given one has a part of, or by which a
// day would come to more than the cap.
func mayTakeSpan(tx *store.Tx, people []int64, except int64, s Span, dayCap time.Duration) error {
	others, err := spansAround(tx.DB, people, except, s)
	if err != nil {
		return err
	}
	return mayStandBeside(tx, others, s, dayCap)
}

// mayStandBeside is mayTakeSpan beside the spans that are there.
func mayStandBeside(tx *store.Tx, others []credited, s Span, dayCap time.Duration) error {
	for _, o := range others {
		if o.span().overlaps(s) {
			l, err := findEntryLine(tx.DB, o.EntryID)
			if err != nil {
				return err
			}
			return alreadyCredited(l, s, others)
		}
	}
	if dayCap > 0 && s.overCap(others, dayCap) {
		return ErrDailyCap
	}
	return nil
}

// MayCredit refuses early, before anybody is asked to approve it, a time that is credited already
// (ErrTimeCredited), or says that the district must approve it (ErrDailyCap).
func MayCredit(tx *store.Tx, people []int64, s Span, dayCap time.Duration) error {
	return mayTakeSpan(tx, people, 0, s, dayCap)
}

// spansAround gives a human's spans on the days that a span touches, but that of one entry, in time order.
func spansAround(db *gorm.DB, people []int64, except int64, s Span) (out []credited, err error) {
	from, to := s.around()
	err = db.Where("person_id IN ? AND from_at > ? AND from_at < ? AND to_at > ? AND entry_id <> ?",
		people, store.At(from.Add(-longestSpan)), to, from, except).Order("from_at").Find(&out).Error
	return out, err
}

// correctSpan moves the time of the entry that is corrected. What a correction takes away is
// free again; what it adds must be free.
func correctSpan(tx *store.Tx, e *Entry) error {
	stands, err := standsAt(tx.DB, *e.CorrectsID)
	if err != nil {
		return err
	}
	if stands == 0 {
		return tx.Where("entry_id = ?", *e.CorrectsID).Delete(&credited{}).Error
	}
	was, err := findSpan(tx.DB, *e.CorrectsID)
	if err != nil && !store.IsNotFound(err) {
		return err
	}
	is, err := correctedSpan(was, e.Given, stands)
	if err != nil || is == was.span() {
		return err
	}
	if e.Minutes > 0 || !is.Within(was.span()) {
		if err := mayTakeSpan(tx, e.humanIDs(), *e.CorrectsID, is, e.DayCap); err != nil {
			return err
		}
	}
	return saveSpan(tx, credited{EntryID: *e.CorrectsID, PersonID: e.ownerID(), FromAt: is.From, ToAt: is.To,
		Old: was.Old && is.Within(was.span())})
}

// correctedSpan is the span of an entry that comes to so many minutes: the one given, or the one
// it has if they fit into it.
func correctedSpan(was credited, given *Span, stands int) (Span, error) {
	is := was.span()
	if given != nil {
		is = *given
	}
	if is.Minutes() < stands {
		return is, errSpanNeeds
	}
	return is, nil
}

func saveSpan(tx *store.Tx, c credited) error {
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "entry_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"from_at", "to_at", "assumed", "old"})}).Create(&c).Error
}

func findSpan(db *gorm.DB, entryID int64) (c credited, err error) {
	err = db.Where("entry_id = ?", entryID).Take(&c).Error
	return c, err
}

// standsAt is what an entry comes to with its corrections.
func standsAt(db *gorm.DB, entryID int64) (minutes int, err error) {
	err = db.Model(&Entry{}).Select("COALESCE(SUM(minutes), 0)").Where("id = ? OR corrects_id = ?", entryID, entryID).Scan(&minutes).Error
	return minutes, err
}

// sharedTime tells whether both accounts were credited with one time.
func sharedTime(db *gorm.DB, from, into int64) (bool, error) {
	var n int64
	err := db.Table("credited_spans a").
		Joins("JOIN credited_spans b ON b.person_id = ? AND b.from_at < a.to_at AND b.to_at > a.from_at", into).
		Where("a.person_id = ?", from).Limit(1).Count(&n).Error
	return n > 0, err
}

// spanLine is a time that was credited, with where its unit stands.
type spanLine struct {
	EntryID      int64
	FromAt, ToAt store.Time
	UnitPath     string
}

func (c *spanLine) span() Span { return Span{c.FromAt, c.ToAt} }

// spansOf gives all that a person is credited with, in time order.
func spansOf(db *gorm.DB, personID int64) (out []spanLine, err error) {
	err = db.Table("credited_spans").Select("entry_id, from_at, to_at, units.path AS unit_path").Joins("JOIN hour_entries ON hour_entries.id = credited_spans.entry_id").
		Joins("JOIN units ON units.id = hour_entries.unit_id").Where("credited_spans.person_id = ?", personID).Order("credited_spans.from_at").Find(&out).Error
	return out, err
}

func moveSpans(tx *store.Tx, from, into int64) error {
	return tx.Model(&credited{}).Where("person_id = ?", from).Update("person_id", into).Error
}
