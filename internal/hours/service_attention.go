package hours

import (
	"context"

	"yimi/internal/age"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/human"
	"yimi/internal/store"
)

// Doubt puts the entry of an approved proposal on the list where one of its two hands holds its
// role from the other.
func (p *ProposalLine) Doubt(tx *store.Tx, e *Entry) error {
	if !p.GrantedByProposer {
		return nil
	}
	return noteAttention(tx, []Attention{{EntryID: e.ID, UnitID: e.UnitID, Reason: GrantedByProposer}})
}

// FindOwnHours puts entries on the list that turn out to be recorded or approved by the human whose
// they are, by what became known since. It is timed work, over the findings of one human.
func (s *Service) FindOwnHours(ctx context.Context) error {
	rows, err := ownHours(s.db.Read(ctx))
	if err != nil || len(rows) == 0 {
		return err
	}
	return s.db.Tx(ctx, func(tx *store.Tx) error { return noteAttention(tx, rows) })
}

// Attention lists the entries that need a look in the units whose lists the actor reads, oldest first.
func (s *Service) Attention(ctx context.Context, after int64, limit int) ([]AttentionLine, error) {
	db := s.db.Read(ctx)
	rows, err := attentionUnder(db, auth.From(ctx).ReadPaths(), after, limit)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, a := range rows {
		ids = append(ids, a.EntryID)
		if a.OtherID != nil {
			ids = append(ids, *a.OtherID)
		}
	}
	entries, err := entryLinesByID(db, ids)
	if err != nil {
		return nil, err
	}
	out := make([]AttentionLine, len(rows))
	for i, a := range rows {
		out[i] = AttentionLine{Attention: a, Entry: *entries[a.EntryID]}
		if a.OtherID != nil {
			out[i].Other = entries[*a.OtherID]
		}
	}
	return out, nil
}

// mayLook refuses who had a hand in the entry, or is no second hand beside one who had.
func (s *Service) mayLook(tx *store.Tx, mine human.Set, e *Line) error {
	by := []int64{e.RecordedBy}
	if e.ApprovedBy != nil {
		by = append(by, *e.ApprovedBy)
	}
	for _, id := range by {
		if mine.Has(id) {
			return errOwnDeed
		}
		if _, err := s.hands.Second(tx.DB, auth.From(tx.Statement.Context), mine, id, e.UnitPath, tx.Now.Time); err != nil {
			return err
		}
	}
	return nil
}

// Look takes an entry off the list with a note of what came of it. Whoever recorded or approved
// the entry does not, nor the volunteer.
func (s *Service) Look(ctx context.Context, id int64, note string) error {
	mine, err := human.Accounts(s.db.Read(ctx), auth.From(ctx).PersonID)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *store.Tx) error {
		at, err := findAttention(tx.DB, id)
		if err != nil {
			return err
		}
		e, err := findEntryLine(tx.DB, at.EntryID)
		if err != nil {
			return err
		}
		a := auth.From(ctx)
		if err := MayRecord(a, mine, e.UnitPath, e.OwnerID); err != nil {
			return err
		}
		if err := s.mayLook(tx, mine, e); err != nil {
			return err
		}
		looked, err := setLookedAt(tx, at, a.PersonID, note)
		if err != nil || !looked {
			return orElse(err, ErrDecided)
		}
		birth, err := birthDate(tx.DB, e.PersonID)
		if err != nil {
			return err
		}
		return audit.Write(tx, audit.Entry{Of: entryLog, ID: e.ID, UnitID: e.UnitID, UnitPath: e.UnitPath,
			Minor: age.Minor(birth, tx.Now.Time), After: map[string]any{"attention": at.Reason, "looked": true}})
	})
}
