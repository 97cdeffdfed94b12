package hours

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/human"
	"yimi/internal/store"
)

// The refusals of the ledger.
var (
	ErrOwnHours      = fault.New(fault.Forbidden, "own_hours", "不能处理自己的时长，请另一位工作人员来办")
	ErrDecided       = fault.New(fault.Conflict, "bad_transition", "这一条已经处理过了，请刷新后再看")
	ErrOpenProposal  = fault.New(fault.Conflict, "proposal_open", "这一条已有待复核的提议，先处理完再提")
	ErrCredited      = fault.New(fault.Conflict, "already_credited", "这次服务的时长已经记过了")
	ErrNothing       = fault.New(fault.Unprocessable, "nothing_to_correct", "更正后的时长和现在一样，不用更正")
	ErrOverShift     = fault.New(fault.Unprocessable, "minutes_over_shift", "时长不能超过班次本身的时长")
	ErrNoPresence    = fault.New(fault.Unprocessable, "no_minutes", "签到和签退不足一分钟，不能记时长")
	errOneHand       = fault.New(fault.Forbidden, "second_person_needed", "补记和更正要由两个人经手")
	errProposedOwn   = fault.New(fault.Forbidden, "own_hours", "提议的人就是这位志愿者本人，不能通过。请退回，由另一位工作人员来提")
	ErrReasonMissing = fault.BadFields(fault.Field{Name: "reason", Message: "请写明原因"})
)

// MayRecord tells whether the actor may put minutes into the person's ledger for a
// unit: its staff, and never for one of the accounts in human.Human.Own.
func MayRecord(a auth.Actor, own human.Set, unitPath string, personID int64) error {
	if !a.Manages(unitPath) {
		return fault.Missing("记录")
	}
	if own.Has(personID) {
		return ErrOwnHours
	}
	return nil
}

// MayDecide tells whether the actor, who is the human given, is the second person of a proposal (rules 2 and 8), and notes on it whether
// one of the two hands holds its role from the other. What somebody proposed for themselves, by
// what is known now, can only be rejected.
func MayDecide(tx *store.Tx, hands human.Hands, who human.Human, p *ProposalLine, approve bool) (err error) {
	a := auth.From(tx.Statement.Context)
	if err := MayRecord(a, who.Own, p.UnitPath, p.OwnerID); err != nil {
		return err
	}
	if approve {
		proposer, err := human.Of(tx.DB, p.ProposedBy)
		if err != nil {
			return err
		}
		if proposer.Own.Has(p.OwnerID) {
			return errProposedOwn
		}
		if err := hands.Unrelated(tx.DB, who.Accounts, p.OwnerID, tx.Now.Time); err != nil {
			return err
		}
	}
	p.GrantedByProposer, err = hands.Second(tx.DB, a, who.Accounts, p.ProposedBy, p.UnitPath, tx.Now.Time)
	return err
}

// maySee tells whether the actor may open an entry: the volunteer, or the unit's staff or auditor.
func maySee(a auth.Actor, e *Line) bool {
	return a.PersonID == e.OwnerID || a.Reads(e.UnitPath)
}
