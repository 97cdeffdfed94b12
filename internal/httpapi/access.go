package httpapi

import (
	"yimi/internal/auth"
	"yimi/internal/fault"
)

// rule decides from the actor alone whether an operation may be tried. What the
// actor may do to one record is decided by the feature's policy.go.
type rule func(auth.Actor) error

var errVolunteerOnly = fault.New(fault.Forbidden, "volunteer_only", "请先注册成为志愿者，再来报名和签到")

func public(auth.Actor) error { return nil }

func signedIn(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	return nil
}

func volunteer(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	if !a.Has(auth.Volunteer) {
		return errVolunteerOnly
	}
	return nil
}

func staff(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	if !a.IsStaff() {
		return auth.ErrForbidden
	}
	return nil
}

func worker(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	if !a.Has(auth.SocialWorker) {
		return auth.ErrForbidden
	}
	return nil
}

func workerOrStaff(a auth.Actor) error {
	if worker(a) == nil {
		return nil
	}
	return staff(a)
}

func admin(a auth.Actor) error {
	if !a.SignedIn() {
		return auth.ErrSignIn
	}
	if !a.Has(auth.DistrictAdmin) {
		return auth.ErrForbidden
	}
	return nil
}

// access has a rule for every operationId of the contract; an operation that is
// not here is refused, and a test fails.
var access = map[string]rule{
	"loginWechat": public, "loginDemo": public, "loginPassword": public, "refreshSession": public,
	"logout": signedIn, "getMe": signedIn, "updateMe": signedIn, "changePassword": signedIn,
	"getPrivacy": public, "listMyConsents": signedIn, "setConsent": signedIn,
	"exportMe": signedIn, "closeAccount": signedIn,
	"listDuplicates": staff, "settleDuplicate": staff,
	"listGuardians": signedIn, "newGuardianCode": signedIn, "newLinkCode": signedIn, "listLinks": signedIn, "addLink": signedIn, "listWards": signedIn, "addWard": signedIn, "removeWard": signedIn, "listWardConsents": signedIn, "setWardConsent": signedIn, "listWardRequests": signedIn, "cancelWardRequest": signedIn,
	"getMyContact": signedIn, "setMyPhone": signedIn, "registerVolunteer": signedIn, "getSettings": public,
	"listGrants": admin, "createStaff": admin, "revokeRole": admin, "confirmGrant": admin,
	"inviteToRole": admin, "listInvitations": admin, "withdrawInvitation": admin, "lookAtInvitation": signedIn, "acceptInvitation": signedIn,

	"listUnits": public, "createUnit": admin, "updateUnit": staff,

	"listCampaigns": public, "getCampaign": public, "getLeaderboard": public, "listCampaignEntries": public, "getCampaignPoster": public,
	"createCampaign": staff, "updateCampaign": staff,

	"listActivities": public, "countActivityDays": public, "getActivity": public, "getActivityPoster": public,
	"createActivity": staff, "updateActivity": staff, "publishActivity": staff, "finishActivity": staff, "cancelActivity": staff,
	"addShift": staff, "updateShift": staff, "cancelShift": staff, "addSeries": staff, "updateSeries": staff,
	"signUp": volunteer, "getSignup": signedIn, "cancelSignup": signedIn, "confirmSignup": volunteer, "listMySignups": signedIn,
	"listSignups": staff, "openSignupContact": staff, "decideSignups": staff, "takeSignup": staff,
	"getMyCode": volunteer, "checkIn": volunteer, "getCheckinCode": staff, "getShiftCode": staff, "scanVolunteer": staff,
	"getAttendance": staff, "recordAttendance": staff, "listAttention": staff,

	"getMyHours": signedIn, "listMyEntries": signedIn, "getHourEntry": signedIn,
	"disputeEntry": signedIn, "listDisputes": staff, "answerDispute": staff, "proposeCorrection": staff, "listProposals": staff, "listEntryAttention": staff, "lookAtEntry": staff, "decideProposals": staff,

	"listServiceTypes": public, "getServiceType": public, "createServiceType": staff, "updateServiceType": staff,

	"listSlots": public, "getMyProvider": worker, "setMyHours": worker, "addMyException": worker, "removeMyException": worker,
	"renewMyFeed": worker, "stopMyFeed": worker, "getCalendarFeed": public, "listMyBookings": worker,
	"listProviders": staff, "updateProvider": staff, "listHolidays": public, "setHoliday": admin, "removeHoliday": admin,

	"listBeneficiaries": signedIn, "addBeneficiary": signedIn, "updateBeneficiary": signedIn, "removeBeneficiary": signedIn,
	"listMyRequests": signedIn, "listMyCases": worker, "listRequests": staff, "createRequest": signedIn, "decideRequests": staff,
	"getRequest": signedIn, "updateRequest": signedIn, "submitRequest": signedIn, "cancelRequest": signedIn, "rateRequest": signedIn,
	"rescheduleRequest": signedIn, "offerTimes": workerOrStaff, "listAffectedBookings": workerOrStaff, "addMessage": signedIn, "addAttachment": signedIn, "getAttachment": signedIn, "removeAttachment": signedIn,
	"listLooks":      signedIn,
	"approveRequest": staff, "rejectRequest": staff, "returnRequest": staff, "referRequest": staff, "receiveRequest": staff, "sendBackRequest": staff,
	"assignRequest": staff, "openVolunteerShift": staff, "reopenRequest": staff, "closeRequest": staff, "followUpRequest": staff, "withdrawAttachment": staff,
	"listCandidates": staff, "handOverCases": staff, "acceptCase": worker, "handBackCase": worker,
	"startVisit": workerOrStaff, "finishVisit": workerOrStaff, "completeRequest": workerOrStaff, "markNoShow": workerOrStaff,
	"addStaffNote": workerOrStaff, "openContact": workerOrStaff, "listCaseNotes": signedIn, "addCaseNote": signedIn,

	"listNotices": signedIn, "readNotices": signedIn, "acceptMessages": signedIn, "listDeliveries": admin, "resendDelivery": admin,
	"listAudit": admin, "getMinorsReport": admin, "exportMinorsReport": admin,
	"getHome": public, "getWorkbench": staff, "listWorkShifts": staff,
}

// unagreed are the operations that are open to somebody signed in who has not agreed to the
// present privacy notice, beside the public ones: to see who one is, to decide, and to leave; and what one,
// or one's child, asked or signed up for before can be seen and cancelled.
var unagreed = map[string]bool{
	"logout": true, "getMe": true, "getHome": true, "getSettings": true,
	"newGuardianCode": true, "listGuardians": true, // a child's way to a guardian's consent
	"listWards": true, "removeWard": true, "listWardConsents": true, "setWardConsent": true, // a guardian takes it back; to give one the handler asks for the notice
	"listWardRequests": true, "cancelWardRequest": true,
	"getPrivacy": true, "listMyConsents": true, "setConsent": true, "exportMe": true, "closeAccount": true,
	"listMyRequests": true, "getRequest": true, "cancelRequest": true, "listMySignups": true, "getSignup": true, "cancelSignup": true, "listNotices": true, "readNotices": true,
}
