package audit

import (
	"maps"
	"slices"

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

var entityWords = map[Entity]string{
	Unit: "组织单元", Grant: "授权", Invitation: "角色邀请", Person: "人员", Campaign: "服务品牌", Activity: "活动", Shift: "班次", Signup: "报名", Attendance: "到场",
	HourEntry: "时长记录", Proposal: "时长提议", Dispute: "时长疑问", ServiceType: "服务", Provider: "社工", Holiday: "节假日", Request: "服务申请", Note: "记录", Attachment: "附件",
	Delivery: "消息", Consent: "同意", Beneficiary: "家人", Guardian: "监护人同意", Log: "操作记录",
}

// Entities lists the kinds of records.
func Entities() []Entity { return slices.Sorted(maps.Keys(entityWords)) }

// Said is the kind of a record in Chinese.
func (e Entity) Said() string { return entityWords[e] }

// RoleSaid is a role in Chinese.
func RoleSaid(r auth.Role) string {
	return map[auth.Role]string{auth.Resident: "居民", auth.Volunteer: "志愿者", auth.SocialWorker: "社工", auth.StationStaff: "工作人员",
		auth.DistrictAdmin: "区级管理员", System: "系统"}[r]
}

// columnWords are the columns that staff change most; another keeps its name.
var columnWords = map[string]string{
	"name": "名称", "title": "标题", "state": "状态", "kind": "类型", "phone": "电话", "address": "地址", "open_hours": "开放时间", "unit_id": "所属单元",
	"parent_id": "上级单元", "role": "角色", "person_id": "人员", "granted_by": "授权人", "invited_by": "邀请人", "expires_at": "有效期至", "withdrawn_at": "撤回时间", "confirmed_by": "确认人", "confirmed_at": "确认时间", "by_link": "本人关联", "apart": "两个人", "low_id": "账号一", "high_id": "账号二", "granted_by_proposer": "一方由另一方授权", "story": "简介", "art": "图样", "goal_minutes": "目标分钟", "starts_on": "开始日期", "ends_on": "结束日期",
	"content": "内容", "leader_name": "负责人", "contact_phone": "联系电话", "place_name": "地点", "approval": "审核方式", "checkin_mode": "签到方式", "min_age": "最低年龄",
	"skills": "技能", "risks": "风险提示", "insured": "已投保", "fence_metres": "签到范围（米）", "campaign_id": "服务品牌", "created_by": "创建人", "cancel_reason": "取消原因",
	"starts_at": "开始", "ends_at": "结束", "capacity": "名额", "taken": "已占名额", "waitlisted": "候补人数", "activity_id": "活动", "shift_id": "班次", "series_id": "重复班次",
	"class": "类别", "target_id": "对象编号", "minutes": "分钟", "proposed_by": "提出人", "decision_reason": "复核说明", "reason": "原因", "at": "时间",
	"field": "领域", "theme": "主题", "line": "一句话介绍", "detail": "详细介绍", "ways": "方式", "mode": "办理方式", "instant": "约上即成", "length_minutes": "时长（分钟）",
	"buffer_minutes": "间隔（分钟）", "horizon_days": "可约天数", "lead_minutes": "提前（分钟）", "groups_served": "服务人群", "confidential": "保密", "promises": "答复时限",
	"min_level": "资格要求", "active": "启用", "position": "次序", "questions": "问题", "icon": "图标", "place_note": "地点说明",
	"level": "职业资格", "supervisor_id": "督导", "daily_cap": "每日上限", "day": "日期", "as_weekday": "按周几上班",
	"service_type_id": "服务", "way": "方式", "urgency": "紧急程度", "worker_id": "社工", "accepted_at": "接单时间", "submitted_at": "提交时间", "responded_at": "答复时间",
	"respond_by": "答复期限", "referred_to": "转往", "wanted_provider": "想约的社工", "wanted_starts_at": "想约的时间", "number": "编号", "relation": "关系",
	"rating": "评分", "rated_at": "评价时间", "follow_up": "待回访", "filed_by": "代办人", "person_name": "申请人", "beneficiary_name": "服务对象", "rating_comment": "评价内容",
	"delivery": "发送", "fault": "失败原因", "turns": "次数",
}

// valueWords are the words of states, kinds and roles.
var valueWords = map[string]string{
	"draft": "草稿", "published": "报名中", "finished": "已结束", "cancelled": "已取消", "open": "开放", "pending": "待审核", "waitlisted": "候补", "offered": "待确认",
	"confirmed": "已报名", "attended": "已到场", "absent": "未到场", "rejected": "未通过", "lapsed": "已过期", "submitted": "待审批", "returned": "退回补充", "approved": "已通过",
	"assigned": "已安排", "scheduled": "已约好", "in_service": "服务中", "completed": "已完成", "closed": "已结案", "referred": "已转介",
	"district_centre": "区中心", "station": "站", "room": "室", "resident": "居民", "volunteer": "志愿者", "social_worker": "社工", "station_staff": "工作人员", "district_admin": "区级管理员",
	"true": "是", "false": "否", "system": "系统", "manual": "人工", "correction": "更正", "automatic": "自动通过", "staff": "人工审核", "staff_code": "扫工作人员的码", "volunteer_code": "扫志愿者的码",
	"normal": "一般", "soon": "较急", "urgent": "紧急", "home": "上门", "video": "视频", "in": "签到", "out": "签退", "off": "放假", "work": "上班", "extra": "加班",
	"request": "按申请", "booking": "按时段", "none": "无", "junior": "助理", "intermediate": "中级", "senior": "高级", "waiting": "待发", "dead": "没发出", "uncertain": "不确定", mark: "不显示",
}

// wordOf says a column in Chinese, and saidOf a value of one.
func wordOf(column string) string {
	if w := columnWords[column]; w != "" {
		return w
	}
	return column
}

func saidOf(value string) string {
	if w := valueWords[value]; w != "" {
		return w
	}
	return value
}
