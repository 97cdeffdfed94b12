package catalogue

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
)

// mayManage lets the staff of the unit that owns a service change it. What is offered
// may be known of, so the refusal says so; what is not offered is not found.
func mayManage(a auth.Actor, l *Line) error {
	switch {
	case a.Manages(l.UnitPath):
		return nil
	case !l.Active:
		return fault.Missing("服务")
	}
	return auth.ErrForbidden
}
