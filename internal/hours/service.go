package hours

import (
	"context"
	"strconv"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/outbox"
	"yimi/internal/policy"
	"yimi/internal/say"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// Service is the ledger's use cases.
type Service struct {
	db       *store.Store
	stars    Stars
	hands    human.Hands
	policies *policy.Service // say the daily cap: more of a human's hours on one day need somebody of the district
}

// NewService makes the service with the rule table of stars, who judges second hands, and the policies.
func NewService(db *store.Store, stars Stars, hands human.Hands, policies *policy.Service) *Service {
	return &Service{db, stars, hands, policies}
}

// Stars gives the rule table.
func (s *Service) Stars() Stars { return s.stars }

// Append adds one entry in the caller's transaction: it takes the next place in
// the volunteer's chain, takes the time that it credits, and moves every roll-up. A source
// that has been paid gives ErrCredited, a time that another entry has ErrTimeCredited, more
// than Entry.DayCap on one day ErrDailyCap; then nothing changes.
func Append(tx *store.Tx, e *Entry) error {
	_, err := add(tx, e)
	return err
}

// add is Append; it gives the volunteer's total with the entry.
func add(tx *store.Tx, e *Entry) (total Volunteer, err error) {
	if err := e.known(); err != nil {
		return total, err
	}
	if e.Class != System && (e.ApprovedBy == nil || *e.ApprovedBy == e.RecordedBy) {
		return total, errOneHand
	}
	for _, id := range e.together() { // those whose minutes are one human's are credited one after the other
		if err := holdVolunteer(tx, id); err != nil {
			return total, err
		}
	}
	e.Month, e.CreatedAt = MonthOf(e.StartsAt.Time), tx.Now
	total, err = turn(tx, e)
	if err != nil {
		return total, err
	}
	err = insertEntry(tx, e)
	if store.IsDuplicate(err) {
		return total, ErrCredited.Because(err)
	}
	if err != nil {
		return total, err
	}
	if err := takeSpan(tx, e); err != nil {
		return total, err
	}
	return total, moveTotals(tx, e)
}

func moveTotals(tx *store.Tx, e *Entry) error {
	if err := addToMonth(tx, e); err != nil {
		return err
	}
	first, err := addToCampaignPerson(tx, e)
	if err != nil {
		return err
	}
	path := e.UnitPath
	if path == "" {
		if path, err = scope.UnitPath(tx.DB, e.UnitID); err != nil {
			return err
		}
	}
	return addToTotals(tx, e, scope.IDsOn(path), first)
}

// Of gives a person's hours; a person with none gets zeros.
func (s *Service) Of(ctx context.Context, personID int64) (*Mine, error) {
	v, err := s.TotalOf(ctx, personID)
	if err != nil {
		return nil, err
	}
	months := lastMonths(s.db.Now().Time)
	rows, err := monthsOf(s.db.Read(ctx), personID, months)
	if err != nil {
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
func (s *Service) TotalOf(ctx context.Context, personID int64) (Volunteer, error) {
	v, err := findVolunteer(s.db.Read(ctx), personID)
	if store.IsNotFound(err) {
		return Volunteer{PersonID: personID}, nil
	}
	return v, err
}

// EntriesOf lists a person's entries, newest first.
func (s *Service) EntriesOf(ctx context.Context, personID int64, f Filter) ([]Line, error) {
	return entriesOf(s.db.Read(ctx), personID, f)
}

// Entry gives one entry down to its check-in; what is not the actor's to know of is not found.
func (s *Service) Entry(ctx context.Context, id int64) (*Line, error) {
	l, err := findEntryLine(s.db.Read(ctx), id)
	if store.IsNotFound(err) || err == nil && !maySee(auth.From(ctx), l) {
		return nil, fault.Missing("时长记录")
	}
	return l, err
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
func creditNotice(tx *store.Tx, e *Entry, title string, total Volunteer) error {
	verb, what := "已记入", say.Minutes(e.Minutes)
	switch {
	case e.Class == Correction && e.Minutes == 0:
		verb, what = "更正了", e.Given.String()
	case e.Class == Correction:
		verb = "更正了"
	}
	return outbox.Tell(tx, outbox.Notice{PersonID: e.ownerID(), Kind: NoticeHoursCredited,
		Event: "entry:" + strconv.FormatInt(e.ID, 10), Title: "时长" + verb,
		Body: "“" + title + "”" + verb + " " + what + "，点开可以看到签到和签退", Subject: "entry", SubjectID: e.ID}.
		As(MessageHoursCredited, outbox.Words{"activity": title, "hours": say.Minutes(e.Minutes), "total": say.Minutes(total.Minutes), "time": say.Full(tx.Now.Time)}))
}

// Credit is Append and the notice that goes with it.
func Credit(tx *store.Tx, e *Entry, title string) error {
	total, err := add(tx, e)
	if err != nil {
		return err
	}
	return creditNotice(tx, e, title, total)
}

// CampaignRecords lists a campaign's entries, newest first, below the given id (0 for the newest).
func (s *Service) CampaignRecords(ctx context.Context, campaignID, before int64, limit int) ([]Record, error) {
	return campaignRecords(s.db.Read(ctx), campaignID, before, limit)
}
