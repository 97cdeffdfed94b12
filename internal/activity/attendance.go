package activity

import (
	"time"

	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/store"
)

// Sheet is a shift's attendance.
type Sheet struct {
	Shift    *Shift
	Activity *Line
	Over     bool
	Rows     []SignupLine // attention first, then by name
}

// Deed is what staff do with one line of a shift's attendance.
type Deed struct {
	SignupID int64
	Action   string      // confirm, correct, undo, no_show, no_credit
	Given    *hours.Span // of correct: when they were there; of confirm: the only part of their presence that counts
	Minutes  int         // of correct: at most the span's, 0 for all of it
	Reason   string      // of correct and undo
}

var (
	errNotOver       = fault.New(fault.Conflict, "shift_not_over", "班次还没结束，结束后再处理没到和补记")
	errNoOut         = fault.New(fault.Unprocessable, "missing_check_out", "没有签退，不能直接确认。请按实际情况补记时长，由另一位工作人员复核")
	errWasNotHere    = fault.New(fault.Unprocessable, "was_absent", "这位志愿者没有签到记录，请记为没到")
	errWasHere       = fault.New(fault.Unprocessable, "was_present", "这位志愿者有签到记录，不能记为没到")
	errNoSpan        = fault.BadFields(fault.Field{Name: "from", Message: "请填写实际服务的起止时间"})
	errNotPresent    = fault.BadFields(fault.Field{Name: "from", Message: "只能在签到到签退的时间以内选一段"})
	errNothingToUndo = fault.New(fault.Conflict, "nothing_to_undo", "没有签到记录可以撤销，请刷新后再看")
	errUndoOver      = fault.New(fault.Conflict, "undo_over", "班次已经结束，不能再撤销签到。请按实际情况补记或记为不计时长")
	errOtherShift    = fault.Missing("报名")
	errAlreadyGiven  = hours.ErrCredited
)

// Phase is where a shift of today stands for staff.
type Phase string

// The phases of a shift on the workbench.
const (
	PhaseComing    Phase = "coming"
	PhaseCheckin   Phase = "checkin"
	PhaseUnderWay  Phase = "under_way"
	PhaseToConfirm Phase = "to_confirm"
)

// WorkShift is a shift on the workbench.
type WorkShift struct {
	Shift
	ActivityTitle string
	CheckedIn     int
	Earlier       bool       // to confirm from an earlier day
	Place         store.Time // by which it is in order: its start, or its end when it is of an earlier day
	Phase         Phase      `gorm:"-"`
}

// After is where the page after the shift begins.
func (w *WorkShift) After() WorkAfter { return WorkAfter{w.Earlier, w.Place, w.ID} }

// WorkAfter is behind which shift a page of the workbench begins; the zero value is the first.
type WorkAfter struct {
	Earlier bool
	At      store.Time
	ID      int64
}

// Work is what waits for the actor.
type Work struct {
	UnitName       string
	PendingSignups int64
	Attention      int64
	ToConfirm      int64
	Shifts         []WorkShift // the first of them
}

func phaseOf(w *WorkShift, now time.Time, margin time.Duration) Phase {
	switch {
	case !now.Before(w.EndsAt.Time):
		return PhaseToConfirm
	case !now.Before(w.StartsAt.Time):
		return PhaseUnderWay
	case !now.Before(w.StartsAt.Add(-margin)):
		return PhaseCheckin
	}
	return PhaseComing
}
