package audit

import (
	"yimi/internal/auth"
)

// words are what the log calls each operation that leaves a line; looks only read. A test
// holds them against the contract.
var words = map[string]struct {
	said string
	look bool
}{
	"": {said: "系统"},

	"createUnit": {said: "添加组织单元"}, "updateUnit": {said: "修改站点资料"},
	"inviteToRole": {said: "邀请担任角色"}, "withdrawInvitation": {said: "撤回邀请"}, "acceptInvitation": {said: "接受邀请，得到角色"}, "revokeRole": {said: "撤销角色"}, "confirmGrant": {said: "确认授权"}, "addLink": {said: "关联自己的账号"}, "createStaff": {said: "开设工作人员账号"}, "changePassword": {said: "修改自己的密码"},
	"createCampaign": {said: "新建服务品牌"}, "updateCampaign": {said: "修改服务品牌"},
	"createActivity": {said: "新建活动"}, "updateActivity": {said: "修改活动"}, "publishActivity": {said: "发布活动"},
	"finishActivity": {said: "结束活动"}, "cancelActivity": {said: "取消活动"},
	"addShift": {said: "添加班次"}, "updateShift": {said: "修改班次"}, "cancelShift": {said: "取消班次"},
	"addSeries": {said: "添加重复班次"}, "updateSeries": {said: "修改重复班次"},
	"decideSignups": {said: "审核报名"}, "takeSignup": {said: "给候补名额"}, "cancelSignup": {said: "取消报名"}, "scanVolunteer": {said: "扫码签到签退"}, "recordAttendance": {said: "确认到场"},
	"proposeCorrection": {said: "提出更正时长"}, "decideProposals": {said: "复核时长"}, "answerDispute": {said: "答复时长疑问"}, "lookAtEntry": {said: "核对时长记录"}, "settleDuplicate": {said: "处理重复账号"},
	"createServiceType": {said: "新建服务"}, "updateServiceType": {said: "修改服务"},
	"updateProvider": {said: "修改社工资料"}, "setMyHours": {said: "设置自己的服务时间"}, "addMyException": {said: "添加自己的休息或加班"},
	"removeMyException": {said: "撤掉自己的休息或加班"}, "renewMyFeed": {said: "更换自己的日历地址"}, "stopMyFeed": {said: "停用自己的日历地址"},
	"handOverCases": {said: "移交个案"}, "setHoliday": {said: "设置节假日"}, "removeHoliday": {said: "删除节假日"},

	"addBeneficiary": {said: "添加家人"}, "updateBeneficiary": {said: "修改家人资料"}, "removeBeneficiary": {said: "删除家人"},
	"createRequest": {said: "提出申请"}, "updateRequest": {said: "修改申请"}, "submitRequest": {said: "提交申请"}, "cancelRequest": {said: "取消申请"},
	"rateRequest": {said: "评价"}, "approveRequest": {said: "通过申请"}, "rejectRequest": {said: "不通过申请"}, "returnRequest": {said: "退回补充"},
	"decideRequests": {said: "批量审批申请"}, "referRequest": {said: "转介"}, "receiveRequest": {said: "接收转介"}, "sendBackRequest": {said: "退回转介"},
	"assignRequest": {said: "安排社工"}, "acceptCase": {said: "接单"}, "handBackCase": {said: "退回个案"}, "rescheduleRequest": {said: "约时间或改时间"},
	"openVolunteerShift": {said: "安排志愿者"}, "startVisit": {said: "开始服务"}, "offerTimes": {said: "请居民另选时间"}, "finishVisit": {said: "写服务记录"}, "completeRequest": {said: "办完"},
	"markNoShow": {said: "记为未到"}, "reopenRequest": {said: "退回重办"}, "closeRequest": {said: "结案"}, "followUpRequest": {said: "回访"},
	"addMessage": {said: "留言"}, "addStaffNote": {said: "写内部备注"}, "addCaseNote": {said: "写面谈记录"},
	"addAttachment": {said: "上传附件"}, "removeAttachment": {said: "删除附件"}, "withdrawAttachment": {said: "删除传错的附件"},
	"getRequest": {"查看申请", true}, "openContact": {"查看电话和地址", true}, "listCaseNotes": {"查看面谈记录", true}, "openSignupContact": {"查看报名人的电话", true}, "getAttachment": {"查看附件", true},

	"addWard": {said: "监护人替孩子同意"}, "removeWard": {said: "监护人收回同意"}, "setWardConsent": {said: "监护人替孩子决定授权"}, "cancelWardRequest": {said: "监护人取消孩子的申请"},

	"resendDelivery": {said: "重发消息"}, "exportMinorsReport": {"导出未成年人年度报告", true},
}

// Said is what the log calls an operation; one that it does not know keeps its name.
func Said(operation string) string {
	if w, ok := words[operation]; ok {
		return w.said
	}
	return operation
}

// IsLook tells whether an operation only reads.
func IsLook(operation string) bool { return words[operation].look }

// RoleSaid is a role in Chinese.
func RoleSaid(r auth.Role) string {
	return map[auth.Role]string{auth.Resident: "居民", auth.Volunteer: "志愿者", auth.SocialWorker: "社工", auth.StationStaff: "工作人员",
		auth.DistrictAdmin: "区级管理员", System: "系统"}[r]
}
