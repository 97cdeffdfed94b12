package hours

import (
	"context"
	"strconv"
	"strings"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/outbox"
	"yimi/internal/store"
)

// Service is the ledger's use cases.
type Service struct {
	db    *store.Store
	stars Stars
}

// NewService makes the service with the rule table of stars.
func NewService(db *store.Store, stars Stars) *Service { return &Service{db, stars} }

// Stars gives the rule table.
func (s *Service) Stars() Stars { return s.stars }

// Line is an entry with the names shown beside it and the presence under it.
type Line struct {
	Entry
	PersonName     string
	ActivityTitle  string
	PlaceName      string
	CampaignName   string
	Art            string
	UnitName       string
	UnitPath       string
	RecordedByName string
	ApprovedByName string
	InAt           *store.Time
	InMethod       string
	OutAt          *store.Time
	OutMethod      string
}

// Append adds one entry in the caller's transaction: it takes the next place in
// the volunteer's chain and moves every roll-up. A source that has been paid gives
// ErrCredited and nothing changes.
func Append(tx *store.Tx, e *Entry) error {
	e.Month, e.CreatedAt = MonthOf(e.StartsAt.Time), tx.Now
	chain, err := turn(tx, e)
	if err != nil {
		return err
	}
	e.Sequence, e.PreviousHash = chain.Sequence, chain.LastHash
	e.Hash = e.ComputeHash()
	if err := tx.Create(e).Error; err != nil {
		if store.IsDuplicate(err) {
			return ErrCredited.Because(err)
		}
		return err
	}
	if err := setLastHash(tx, e.PersonID, e.Hash); err != nil {
		return err
	}
	return moveTotals(tx, e)
}

func moveTotals(tx *store.Tx, e *Entry) error {
	if err := addToMonth(tx, e); err != nil {
		return err
	}
	first, err := addToCampaignPerson(tx, e)
	if err != nil {
		return err
	}
	path, err := store.UnitPath(tx.DB, e.UnitID)
	if err != nil {
		return err
	}
	return addToTotals(tx, e, idsOf(path), first)
}

// idsOf gives the ids on a unit's path, the root first.
func idsOf(path string) []int64 {
	var out []int64
	for _, part := range strings.Split(strings.Trim(path, "/"), "/") {
		if id, err := strconv.ParseInt(part, 10, 64); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// Mine is a volunteer's total with the last twelve months, oldest first.
type Mine struct {
	Volunteer
	Months []Month
}

// Of gives a person's hours; a person with none gets zeros.
func (s *Service) Of(ctx context.Context, personID int64) (*Mine, error) {
	v, err := s.TotalOf(ctx, personID)
	if err != nil {
		return nil, err
	}
	months := lastMonths(s.db.Now().Time)
	var rows []Month
	if err := s.db.Read(ctx).Where("person_id = ? AND month IN ?", personID, months).Find(&rows).Error; err != nil {
		return nil, err
	}
	byMonth := map[string]Month{}
	for _, r := range rows {
		byMonth[r.Month] = r
	}
	out := &Mine{Volunteer: v}
	for _, m := range months {
		row := byMonth[m]
		row.Month = m
		out.Months = append(out.Months, row)
	}
	return out, nil
}

// TotalOf gives a person's roll-up alone.
func (s *Service) TotalOf(ctx context.Context, personID int64) (v Volunteer, err error) {
	err = s.db.Read(ctx).Where("person_id = ?", personID).Take(&v).Error
	if store.IsNotFound(err) {
		return Volunteer{PersonID: personID}, nil
	}
	return v, err
}

func lastMonths(now time.Time) []string {
	y, m, _ := now.In(Shanghai).Date()
	out := make([]string, 12)
	for i := range out {
		out[i] = time.Date(y, m-11+time.Month(i), 1, 0, 0, 0, 0, Shanghai).Format("2006-01")
	}
	return out
}

// Filter narrows a list of one's own entries.
type Filter struct {
	Month      string // "2026-11"; "" for all
	CampaignID int64  // 0 for all
	Before     int64  // only sequences below; 0 for the newest
	Limit      int
}

// EntriesOf lists a person's entries, newest first.
func (s *Service) EntriesOf(ctx context.Context, personID int64, f Filter) ([]Line, error) {
	q := entryLines(s.db.Read(ctx)).Where("hour_entries.person_id = ?", personID)
	if f.Month != "" {
		q = q.Where("hour_entries.month = ?", f.Month)
	}
	if f.CampaignID != 0 {
		q = q.Where("hour_entries.campaign_id = ?", f.CampaignID)
	}
	if f.Before != 0 {
		q = q.Where("hour_entries.sequence < ?", f.Before)
	}
	var out []Line
	err := q.Order("hour_entries.sequence DESC").Limit(f.Limit).Find(&out).Error
	return out, err
}

// Entry gives one entry down to its check-in; what is not the actor's to know of is not found.
func (s *Service) Entry(ctx context.Context, id int64) (*Line, error) {
	var l Line
	err := entryLines(s.db.Read(ctx)).Where("hour_entries.id = ?", id).Take(&l).Error
	if store.IsNotFound(err) || err == nil && !maySee(auth.From(ctx), l.UnitPath, &l.Entry) {
		return nil, fault.Missing("时长记录")
	}
	return &l, err
}

// CampaignTotals reads the live totals of campaigns; its cost does not depend on the ledger's size.
func (s *Service) CampaignTotals(ctx context.Context, ids ...int64) (map[int64]Totals, error) {
	return sumTotals(s.db.Read(ctx), "campaign", ids)
}

// UnitTotals reads the live totals of units, each with all that is under it.
func (s *Service) UnitTotals(ctx context.Context, ids ...int64) (map[int64]Totals, error) {
	return sumTotals(s.db.Read(ctx), "unit", ids)
}

// creditNotice tells the volunteer that hours were entered.
func creditNotice(tx *store.Tx, e *Entry, title string) error {
	verb := "已记入"
	if e.Class == Correction {
		verb = "更正了"
	}
	return outbox.Tell(tx, outbox.Notice{PersonID: e.PersonID, Kind: outbox.HoursCredited,
		Event: "entry:" + strconv.FormatInt(e.ID, 10), Title: "时长" + verb,
		Body: "“" + title + "”" + verb + " " + Spoken(e.Minutes) + "，点开可以看到签到和签退", ActivityID: &e.ActivityID})
}

// Credit is Append and the notice that goes with it.
func Credit(tx *store.Tx, e *Entry, title string) error {
	if err := Append(tx, e); err != nil {
		return err
	}
	return creditNotice(tx, e, title)
}

// Spoken says minutes as people do: 2 小时 28 分, −30 分.
func Spoken(minutes int) string {
	sign := ""
	if minutes < 0 {
		sign, minutes = "−", -minutes
	}
	h, m := minutes/60, minutes%60
	switch {
	case h == 0:
		return sign + strconv.Itoa(m) + " 分"
	case m == 0:
		return sign + strconv.Itoa(h) + " 小时"
	}
	return sign + strconv.Itoa(h) + " 小时 " + strconv.Itoa(m) + " 分"
}

// Record is what anybody may see of an entry under a campaign's total.
type Record struct {
	ID            int64
	Class         Class
	Minutes       int
	Name          string
	Shown         bool // agreed to be named
	ActivityTitle string
	StartsAt      store.Time
}

// CampaignRecords lists a campaign's entries, newest first, below the given id (0 for the newest).
func (s *Service) CampaignRecords(ctx context.Context, campaignID, before int64, limit int) (out []Record, err error) {
	q := s.db.Read(ctx).Table("hour_entries").
		Select(`hour_entries.id, hour_entries.class, hour_entries.minutes, hour_entries.starts_at,
			people.name, people.show_on_leaderboard AS shown, activities.title AS activity_title`).
		Joins("JOIN people ON people.id = hour_entries.person_id").
		Joins("JOIN activities ON activities.id = hour_entries.activity_id").
		Where("hour_entries.campaign_id = ?", campaignID)
	if before != 0 {
		q = q.Where("hour_entries.id < ?", before)
	}
	err = q.Order("hour_entries.id DESC").Limit(limit).Find(&out).Error
	return out, err
}
