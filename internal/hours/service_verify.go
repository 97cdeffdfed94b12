package hours

import (
	"context"
	"fmt"
)

// Report is what a check of the ledger found.
type Report struct {
	Entries  int64    // read and hashed again
	People   int64    // chains
	Problems []string // nothing here: the ledger is whole
}

const (
	shownProblems = 20 // of one kind are named
	chainPage     = 5000
)

// Verify reads the whole ledger: every chain is hashed again from its first entry,
// and every roll-up is compared with the sum of the entries (rules 2 and 4).
// Run it on a quiet database; entries made meanwhile may look like differences.
func (s *Service) Verify(ctx context.Context, progress func(done int64)) (*Report, error) {
	r := &Report{}
	if err := s.walkChains(ctx, r, progress); err != nil {
		return nil, err
	}
	broken, err := brokenEnds(s.db.Read(ctx), shownProblems)
	if err != nil {
		return nil, err
	}
	for _, id := range broken {
		r.say("person %d: the chain does not end where the roll-up says", id)
	}
	return r, s.compareRollUps(ctx, r)
}

func (r *Report) say(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// walkChains reads the ledger page by page, so that no long statement holds the database.
func (s *Service) walkChains(ctx context.Context, r *Report, progress func(int64)) error {
	last := Entry{}
	for {
		rows, err := entriesAfter(s.db.Read(ctx), &last, chainPage)
		if err != nil {
			return err
		}
		for i := range rows {
			r.follow(&last, &rows[i])
			last = rows[i]
		}
		r.Entries += int64(len(rows))
		progress(r.Entries)
		if len(rows) < chainPage {
			return nil
		}
	}
}

func (s *Service) compareRollUps(ctx context.Context, r *Report) error {
	for _, u := range rollUps {
		rows, err := differences(s.db.Read(ctx), u, shownProblems)
		if err != nil {
			return err
		}
		for _, d := range rows {
			r.say("%s %s: differs from the ledger by %d minutes and %d entries", u.name, d.K, d.M, d.N)
		}
	}
	return nil
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
