package campaign

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
)

// mayManage tells whether the actor may make or change campaigns of a unit. A
// campaign is public, so the answer is forbidden and not "not found".
func mayManage(a auth.Actor, unitPath string) *fault.Error {
	if !a.Manages(unitPath) {
		return auth.ErrForbidden
	}
	return nil
}
