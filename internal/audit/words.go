package audit

import "yimi/internal/auth"

// Words are what the log calls each operation that leaves a line; the contract says them.
type Words map[string]Word

// Word is what the log calls one operation; a look only reads.
type Word struct {
	Said string
	Look bool
}

// Said is what the log calls an operation; one that it does not know keeps its name.
func (w Words) Said(operation string) string {
	if operation == "" {
		return "系统"
	}
	if word, ok := w[operation]; ok {
		return word.Said
	}
	return operation
}

// RoleSaid is a role in Chinese.
func RoleSaid(r auth.Role) string {
	return map[auth.Role]string{auth.Resident: "居民", auth.Volunteer: "志愿者", auth.SocialWorker: "社工", auth.StationStaff: "工作人员",
		auth.DistrictAdmin: "区级管理员", auth.Auditor: "审计员", auth.Finance: "财务人员", auth.OrgMember: "社会组织成员", System: "系统"}[r]
}
