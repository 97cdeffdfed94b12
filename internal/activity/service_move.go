package activity

import (
	"context"
	"slices"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/say"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

var (
	errCheckedIn = "%s 已经签到，开始时间不能再改。请先在到场名单上撤销签到，再改时间"
	errClash     = "新时间和 %s 已报名的另一班重叠，没有改。可以换一个时间，或选择请他们重新确认"
	errClashIn   = "新时间和已经签到的 %s 的另一班重叠，没有改。请先在到场名单上撤销签到，或换一个时间"
)

// moveSignups carries a shift's new time to its sign-ups, after whose people wait in line. It is
// refused where somebody is checked in already, or has another shift then; with askAgain those
// who have one keep the place until they confirm again, for a time.
func (s *Service) moveSignups(ctx context.Context, tx *store.Tx, l *Line, was, is *Shift, people []int64, askAgain bool, n *news) error {
	if err := copyTimes(tx, is); err != nil { // from here on no check-in goes on
		return err
	}
	if _, err := takeTurns(tx, is.ID, people); err != nil { // who signed up meanwhile
		return err
	}
	if !was.StartsAt.Equal(is.StartsAt.Time) {
		in, err := namesIn(tx.DB, is.ID)
		if err != nil || len(in) > 0 {
			return orElse(err, fault.Newf(fault.Conflict, "shift_checked_in", errCheckedIn, say.Names(in)))
		}
	}
	if err := noteHand(tx, is.ID, auth.From(ctx).PersonID, handMoved); err != nil {
		return err
	}
	signups, err := liveOn(tx.DB, is.ID)
	if err != nil || len(signups) == 0 {
		return err
	}
	if err := endOffersBy(tx, is); err != nil {
		return err
	}
	asked, err := s.settleClashes(ctx, tx, is, askAgain)
	if err != nil {
		return err
	}
	if err := setMoved(tx, is.ID); err != nil {
		return err
	}
	n.asked = append(n.asked, asked...)
	if l.State == Published {
		n.moved = append(n.moved, without(signups, asked)...)
	}
	return nil
}

// settleClashes asks those again who have another shift at the new time, or refuses with their names.
func (s *Service) settleClashes(ctx context.Context, tx *store.Tx, is *Shift, askAgain bool) (asked []SignupLine, err error) {
	clashes, err := clashesOn(tx.DB, is)
	if err != nil || len(clashes) == 0 {
		return nil, err
	}
	var all, in []string
	for i := range clashes {
		all = append(all, clashes[i].PersonName)
		if clashes[i].InAt != nil {
			in = append(in, clashes[i].PersonName)
		}
	}
	switch {
	case len(in) > 0:
		return nil, fault.Newf(fault.Conflict, "move_overlaps_present", errClashIn, say.Names(in))
	case !askAgain:
		return nil, fault.Newf(fault.Conflict, "move_overlaps", errClash, say.Names(all))
	}
	for i := range clashes {
		if clashes[i].State != Confirmed { // without a place for certain: the overlap is checked when they get one
			continue
		}
		if err := s.askAgain(ctx, tx, &clashes[i]); err != nil {
			return nil, err
		}
		asked = append(asked, clashes[i])
	}
	return asked, nil
}

// askAgain keeps somebody's place until they have confirmed it for the new time, or the time to is over.
func (s *Service) askAgain(ctx context.Context, tx *store.Tx, l *SignupLine) error {
	if err := s.step(tx, l, "ask_again", workflow.ByStaff, auth.From(ctx).PersonID, ""); err != nil {
		return err
	}
	until := store.At(answerBy(tx.Now.Time, l.StartsAt.Time, s.limits.PromotionConfirm))
	l.OfferExpiresAt = &until
	return setAskedAgain(tx, l.ID, until)
}

func without(signups []Signup, asked []SignupLine) []Signup {
	ids := map[int64]bool{}
	for i := range asked {
		ids[asked[i].ID] = true
	}
	return slices.DeleteFunc(signups, func(g Signup) bool { return ids[g.ID] })
}

func orElse(err, refusal error) error {
	if err != nil {
		return err
	}
	return refusal
}
