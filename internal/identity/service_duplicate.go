package identity

import (
	"context"

	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// FindDuplicates looks for accounts with one phone, document or unionid and notes the pairs. It is
// timed work: it reads all hashes, and no request waits for it.
func (s *Service) FindDuplicates(ctx context.Context) error {
	found, err := newDuplicates(s.Store.Read(ctx))
	if err != nil || len(found) == 0 {
		return err
	}
	return s.Store.Tx(ctx, func(tx *store.Tx) error { return noteDuplicates(tx, found) })
}

// Duplicates lists what waits to be settled in the units the actor manages, oldest first.
func (s *Service) Duplicates(ctx context.Context, after int64, limit int) ([]Finding, error) {
	rows, err := duplicatesUnder(s.Store.Read(ctx), auth.From(ctx).ManagedPaths(), after, limit)
	if err != nil {
		return nil, err
	}
	return s.findings(ctx, rows)
}

// findings reads both accounts of each in one read.
func (s *Service) findings(ctx context.Context, rows []Duplicate) ([]Finding, error) {
	var ids []int64
	for _, d := range rows {
		ids = append(ids, d.LowID, d.HighID)
	}
	accounts, err := accountsByID(s.Store.Read(ctx), ids)
	if err != nil {
		return nil, err
	}
	out := make([]Finding, len(rows))
	for i, d := range rows {
		out[i] = Finding{Duplicate: d, Accounts: [2]Account{accounts[d.LowID], accounts[d.HighID]}}
		for side := range out[i].Accounts {
			x := &out[i].Accounts[side]
			if x.Contact, err = s.open(&x.Person); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// KeepApart settles a finding as two people. Said by an admin who is a second hand beside both
// accounts it holds for good; nobody else may say it of what makes them one human, or of staff.
func (s *Service) KeepApart(ctx context.Context, id int64, reason string) error {
	return s.settle(ctx, id, DuplicateDifferent, reason, func(tx *store.Tx, f *Finding, mine human.Set) error {
		err := s.mayPart(tx, f, mine)
		f.Apart = err == nil
		if err != nil && !f.adminNeeded() && fault.From(err).Kind == fault.Forbidden {
			return nil
		}
		return err
	})
}

// mayPart refuses who is no admin of where both are at home, or no second hand beside them.
func (s *Service) mayPart(tx *store.Tx, f *Finding, mine human.Set) error {
	a := auth.From(tx.Statement.Context)
	if !f.administered(a) {
		return errApart
	}
	for i := range f.Accounts {
		x := &f.Accounts[i]
		path := x.UnitPath
		if path == "" {
			path = f.Accounts[1-i].UnitPath
		}
		if err := s.Hands.SecondAdmin(tx.DB, a, mine, x.ID, path, tx.Now.Time); err != nil {
			return err
		}
	}
	return nil
}

// Merge makes two accounts one: the one that stays gets the WeChat login, what is still to come,
// and the totals; what is past stays where it was written. Who merges is neither of the two.
func (s *Service) Merge(ctx context.Context, id, keepID int64, reason string) error {
	return s.settle(ctx, id, DuplicateMerged, reason, func(tx *store.Tx, f *Finding, _ human.Set) error {
		gone, kept, err := f.sides(keepID)
		if err != nil {
			return err
		}
		if err := keepNeighbours(tx, gone.ID); err != nil { // before its phone and document go
			return err
		}
		for _, f := range s.Features {
			if f.Merge == nil {
				continue
			}
			if err := f.Merge(tx, gone.ID, kept.ID); err != nil {
				return err
			}
		}
		return s.mergePeople(tx, gone, kept)
	})
}

// settle does the deed and ends the finding; who is one of the two, by whatever account, does neither.
func (s *Service) settle(ctx context.Context, id int64, to DuplicateState, reason string, deed func(*store.Tx, *Finding, human.Set) error) error {
	return s.Store.Tx(ctx, func(tx *store.Tx) error {
		f, err := s.holdFinding(ctx, tx, id)
		if err != nil {
			return err
		}
		mine, err := human.Accounts(tx.DB, auth.From(ctx).PersonID)
		if err != nil {
			return err
		}
		if err := f.maySettle(auth.From(ctx), mine); err != nil {
			return err
		}
		if f.State != DuplicateOpen {
			return errSettled
		}
		if err := deed(tx, f, mine); err != nil {
			return err
		}
		settled, err := settleDuplicate(tx, id, to, f.Apart, auth.From(ctx).PersonID, reason)
		if err != nil || !settled {
			return orElse(err, errSettled)
		}
		return audit.WriteAll(tx, f.logged(to))
	})
}

// logged are the audit log's lines: one for each account.
func (f *Finding) logged(to DuplicateState) (out []audit.Entry) {
	for i := range f.Accounts {
		x := &f.Accounts[i]
		unit := int64(0)
		if x.UnitID != nil {
			unit = *x.UnitID
		}
		out = append(out, audit.Entry{Of: personLog, ID: x.ID, UnitID: unit,
			Before: Duplicate{LowID: f.LowID, HighID: f.HighID, State: DuplicateOpen}, After: Duplicate{LowID: f.LowID, HighID: f.HighID, State: to}})
	}
	return out
}

// holdFinding makes all who settle one finding, or merge one of the people, queue, and reads it.
func (s *Service) holdFinding(ctx context.Context, tx *store.Tx, id int64) (*Finding, error) {
	d, err := duplicateByID(tx.DB, id)
	if err != nil {
		return nil, missing(err, "记录")
	}
	for _, person := range []int64{d.LowID, d.HighID} { // the lower id first, like everybody
		if err := holdPerson(tx, person); err != nil {
			return nil, err
		}
	}
	accounts, err := accountsByID(tx.DB, []int64{d.LowID, d.HighID})
	if err != nil {
		return nil, err
	}
	f := &Finding{Duplicate: d, Accounts: [2]Account{accounts[d.LowID], accounts[d.HighID]}}
	for i := range f.Accounts {
		x := &f.Accounts[i]
		if x.MergedInto != nil || x.ClosedAt != nil {
			return nil, errSettled
		}
		if x.Contact, err = s.open(&x.Person); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// mergePeople moves the logins, and what the account that stays has not said of itself.
func (s *Service) mergePeople(tx *store.Tx, gone, kept *Account) error {
	merged := Contact{Phone: kept.Phone, IdentityType: kept.Contact.IdentityType, IdentityNumber: kept.IdentityNumber}
	if merged.Phone == "" {
		merged.Phone = gone.Phone
	}
	if merged.IdentityNumber == "" {
		merged.IdentityType, merged.IdentityNumber = gone.Contact.IdentityType, gone.IdentityNumber
	}
	columns := s.SealedColumns(kept.ID, merged)
	if kept.Phone == "" {
		columns["phone_proved_at"] = gone.PhoneProvedAt
	}
	if kept.BirthDate == nil {
		columns["birth_date"] = gone.BirthDate
	}
	if kept.VolunteerSince == nil && (kept.BirthDate != nil || gone.BirthDate != nil) {
		columns["volunteer_since"] = gone.VolunteerSince
	}
	if kept.Name == "" {
		columns["name"] = gone.Name
	}
	if kept.UnitID == nil {
		columns["unit_id"] = gone.UnitID
	}
	emptied := s.SealedColumns(gone.ID, Contact{})
	emptied["merged_into"], emptied["show_on_leaderboard"] = kept.ID, false
	if err := joinPeople(tx, gone.ID, emptied, kept.ID, columns); err != nil {
		return err
	}
	if err := moveLogins(tx, gone.ID, kept.ID); err != nil {
		return err
	}
	if err := s.joinConsents(tx, gone.ID, kept.ID); err != nil {
		return err
	}
	return s.childConsents(tx, kept.ID)
}
