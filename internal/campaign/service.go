package campaign

import (
	"context"
	"sort"
	"time"

	"gorm.io/gorm"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/scope"
	"yimi/internal/store"
)

// Service is the campaigns' use cases.
type Service struct {
	db    *store.Store
	hours *hours.Service
	// ShiftsAfter counts a campaign's shifts that end after the instant and are not called off.
	ShiftsAfter func(db *gorm.DB, campaignID int64, after store.Time) (int64, error)
}

// NewService makes the service.
func NewService(db *store.Store, h *hours.Service) *Service { return &Service{db: db, hours: h} }

// List gives every campaign with its totals, the running ones first.
func (s *Service) List(ctx context.Context) ([]Line, error) {
	out, err := allLines(s.db.Read(ctx))
	if err != nil {
		return nil, err
	}
	if err := s.fill(ctx, out); err != nil {
		return nil, err
	}
	now := s.db.Now().Time
	sort.SliceStable(out, func(i, j int) bool { return out[i].Running(now) && !out[j].Running(now) })
	return out, nil
}

// Get gives one campaign with its totals.
func (s *Service) Get(ctx context.Context, id int64) (*Line, error) {
	l, err := findLine(s.db.Read(ctx), id)
	if err != nil {
		return nil, missing(err)
	}
	one := []Line{l}
	err = s.fill(ctx, one)
	return &one[0], err
}

func (s *Service) fill(ctx context.Context, out []Line) error {
	ids := make([]int64, len(out))
	for i := range out {
		ids[i] = out[i].ID
	}
	totals, err := s.hours.CampaignTotals(ctx, ids...)
	for i := range out {
		out[i].Totals = totals[out[i].ID]
	}
	return err
}

// Briefs gives what cards show of the campaigns with the ids.
func (s *Service) Briefs(ctx context.Context, ids []int64) (map[int64]Brief, error) {
	rows, err := withIDs(s.db.Read(ctx), ids)
	if err != nil {
		return nil, err
	}
	totals, err := s.hours.CampaignTotals(ctx, ids...)
	out := make(map[int64]Brief, len(rows))
	for _, c := range rows {
		out[c.ID] = Brief{c.ID, c.Name, c.Art, c.GoalMinutes, totals[c.ID].Minutes}
	}
	return out, err
}

// PartOf gives a person's part of a campaign.
func (s *Service) PartOf(ctx context.Context, id, personID int64) (Part, error) {
	return partOf(s.db.Read(ctx), id, personID)
}

func missing(err error) error {
	if store.IsNotFound(err) {
		return fault.Missing("服务品牌").Because(err)
	}
	return err
}

// Leaderboard ranks people or units by minutes.
func (s *Service) Leaderboard(ctx context.Context, id int64, byUnits bool, limit int) ([]Row, error) {
	board := peopleBoard
	if byUnits {
		board = unitsBoard
	}
	rows, err := board(s.db.Read(ctx), id, limit)
	if err == nil && len(rows) == 0 { // of a campaign without hours, or of none
		_, err = findLine(s.db.Read(ctx), id)
	}
	return rank(rows), missing(err)
}

// Create starts a campaign of a unit the actor manages.
func (s *Service) Create(ctx context.Context, c *Campaign) (*Line, error) {
	if c.EndsOn < c.StartsOn {
		return nil, errPeriod
	}
	if err := checkArt(c.Art); err != nil {
		return nil, err
	}
	err := s.db.Tx(ctx, func(tx *store.Tx) error {
		path, err := scope.UnitPath(tx.DB, c.UnitID)
		if err != nil && !store.IsNotFound(err) {
			return err
		}
		if refused := mayManage(auth.From(ctx), path); refused != nil {
			return refused
		}
		err = insert(tx, c)
		if store.IsDuplicate(err) {
			return errNameTaken.Because(err)
		}
		if err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: campaignLog, ID: c.ID, UnitID: c.UnitID, UnitPath: path, After: c})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, c.ID)
}

// Update changes a campaign the actor manages.
func (s *Service) Update(ctx context.Context, id int64, p Patch) (*Line, error) {
	now, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if refused := mayManage(auth.From(ctx), now.UnitPath); refused != nil {
		return nil, refused
	}
	if err := p.check(&now.Campaign); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *store.Tx) error {
		if err := update(tx, id, p); err != nil { // which holds the row, as whoever adds a shift does
			return err
		}
		if err := s.mayEnd(tx, id, p); err != nil {
			return err
		}
		is, err := findLine(tx.DB, id)
		if err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: campaignLog, ID: id, UnitID: now.UnitID, UnitPath: now.UnitPath, Before: now.Campaign, After: is.Campaign})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// Hold reads a campaign and keeps its period as it is until the transaction ends.
func Hold(tx *store.Tx, id int64) (*Campaign, error) {
	held, err := takeTurn(tx, id)
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, fault.Missing("服务品牌")
	}
	return find(tx.DB, id)
}

// mayEnd refuses an end that leaves shifts outside the period.
func (s *Service) mayEnd(tx *store.Tx, id int64, p Patch) error {
	if p.EndsOn == nil {
		return nil
	}
	last, err := time.ParseInLocation(time.DateOnly, *p.EndsOn, hours.Shanghai)
	if err != nil {
		return errPeriod
	}
	n, err := s.ShiftsAfter(tx.DB, id, store.At(last.AddDate(0, 0, 1)))
	if err == nil && n > 0 {
		err = fault.Newf(fault.Conflict, "shifts_beyond", "还有 %d 个班次在这一天以后，期限没有改。请先改期或取消这些班次，再提前结束", n)
	}
	return err
}

// Records lists the ledger entries under a campaign's total, newest first.
func (s *Service) Records(ctx context.Context, id, before int64, limit int) ([]hours.Record, error) {
	if _, err := s.Get(ctx, id); err != nil {
		return nil, err
	}
	return s.hours.CampaignRecords(ctx, id, before, limit)
}
