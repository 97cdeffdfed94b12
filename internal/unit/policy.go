package unit

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
)

var (
	errParent = fault.New(fault.Unprocessable, "parent_unknown", "上级单元不存在，请重新选择")
	errKind   = fault.New(fault.Unprocessable, "kind_not_below", "只能按市、区中心、站、社区、室的次序往下添加，市下面只能是区中心，请换一个类型或上级")
)

// mayCreate: a unit is added under one that the actor administers, one level or more below it.
func mayCreate(a auth.Actor, parent Unit, kind Kind) error {
	if !a.Administers(parent.Path) {
		return auth.ErrForbidden
	}
	if !parent.Kind.Above(kind) {
		return errKind
	}
	return nil
}

// mayUpdate: those who manage the unit, or one above it. Units are public, so the refusal hides nothing.
func mayUpdate(a auth.Actor, u Unit) error {
	if !a.Manages(u.Path) {
		return auth.ErrForbidden
	}
	return nil
}
