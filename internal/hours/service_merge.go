package hours

import (
	"time"

	"yimi/internal/fault"
	"yimi/internal/policy"
	"yimi/internal/store"
)

var errDoubleHours = fault.New(fault.Conflict, "merge_double_hours", "两个账号在同一时间都记过时长，不能合并。请先核对，把记错的那条更正")

// Merge gives the totals of an account to another of the same person, in the caller's
// transaction. The ledger itself stays as it is, with two chains (rule 2); a correction of an
// entry of the old account moves the totals of the new one from now on. It is refused where
// both accounts were given hours for one time.
func (s *Service) Merge(tx *store.Tx, from, into int64) error {
	// First the rows on which whoever credits either account waits.
	for _, id := range []int64{min(from, into), max(from, into)} {
		if err := holdVolunteer(tx, id); err != nil {
			return err
		}
	}
	if twice, err := sharedTime(tx.DB, from, into); err != nil || twice {
		return orElse(err, errDoubleHours)
	}
	for _, move := range []func(*store.Tx, int64, int64) error{moveProposals, moveTotal, moveMonths, moveCampaigns, moveSpans} {
		if err := move(tx, from, into); err != nil {
			return err
		}
	}
	return s.noteOverCap(tx, into)
}

// noteOverCap puts the last entry of each day on the attention list that comes to more than the
// daily cap of that entry's district: nobody of the district was asked.
func (s *Service) noteOverCap(tx *store.Tx, personID int64) error {
	spans, err := spansOf(tx.DB, personID)
	if err != nil {
		return err
	}
	type day struct {
		long time.Duration
		last *spanLine
	}
	days := map[store.Time]day{}
	for i := range spans {
		c := &spans[i]
		for _, d := range c.span().days() {
			part := c.span().clip(d)
			days[d.From] = day{days[d.From].long + part.To.Sub(part.From.Time), c}
		}
	}
	var over []int64
	for from, d := range days {
		if d.long > s.policies.On(policy.DailyCap, d.last.UnitPath, from.Time).Minutes() {
			over = append(over, d.last.EntryID)
		}
	}
	rows, err := attentionFor(tx.DB, over, OverCap)
	if err != nil {
		return err
	}
	return noteAttention(tx, rows)
}
