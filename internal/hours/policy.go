package hours

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
)

// The refusals of the ledger.
var (
	ErrOwnHours      = fault.New(fault.Forbidden, "own_hours", "不能处理自己的时长，请另一位工作人员来办")
	ErrSecondPerson  = fault.New(fault.Forbidden, "second_person_needed", "这一条是您提出的，须由另一位工作人员复核")
	ErrDecided       = fault.New(fault.Conflict, "bad_transition", "这一条已经处理过了，请刷新后再看")
	ErrOpenProposal  = fault.New(fault.Conflict, "proposal_open", "这一条已有待复核的提议，先处理完再提")
	ErrCredited      = fault.New(fault.Conflict, "already_credited", "这次服务的时长已经记过了")
	ErrNothing       = fault.New(fault.Unprocessable, "nothing_to_correct", "更正后的时长和现在一样，不用更正")
	ErrOverShift     = fault.New(fault.Unprocessable, "minutes_over_shift", "时长不能超过班次本身的时长")
	ErrNoPresence    = fault.New(fault.Unprocessable, "no_minutes", "签到和签退不足一分钟，不能记时长")
	ErrReasonMissing = fault.BadFields(fault.Field{Name: "reason", Message: "请写明原因"})
)

// MayRecord tells whether the actor may put minutes into the person's ledger for a
// unit: its staff, and never for themselves.
func MayRecord(a auth.Actor, unitPath string, personID int64) error {
	if !a.Manages(unitPath) {
		return fault.Missing("记录")
	}
	if a.PersonID == personID {
		return ErrOwnHours
	}
	return nil
}

// MayDecide tells whether the actor is the second person of a proposal (rule 2).
func MayDecide(a auth.Actor, p *ProposalLine) error {
	if err := MayRecord(a, p.UnitPath, p.OwnerID); err != nil {
		return err
	}
	if a.PersonID == p.ProposedBy {
		return ErrSecondPerson
	}
	return nil
}

// maySee tells whether the actor may open an entry: the volunteer, or the unit's staff.
func maySee(a auth.Actor, e *Line) bool {
	return a.PersonID == e.OwnerID || a.Manages(e.UnitPath)
}
