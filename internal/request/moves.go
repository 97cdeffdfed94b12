package request

import "yimi/internal/workflow"

// Moves is the workflow of a request. New ones begin as drafts; those that are not kept
// as drafts are submitted in the same transaction. A booking that is approved is assigned
// and scheduled by the system at once, since its provider published the time. A case whose worker has
// no such role any more is unassigned: where the role ends, or at once when it is reopened later.
var Moves = []workflow.Move[State]{
	workflow.On(Draft, "submit", Submitted, workflow.ByResident, workflow.ByStaff),
	workflow.On(Draft, "cancel", Cancelled, workflow.ByResident, workflow.ByStaff),

	workflow.On(Submitted, "approve", Approved, workflow.ByStaff, workflow.BySystem),
	workflow.On(Submitted, "reject", Rejected, workflow.ByStaff),
	workflow.On(Submitted, "return", Returned, workflow.ByStaff),
	workflow.On(Submitted, "refer", Referred, workflow.ByStaff),
	workflow.On(Submitted, "reschedule", Submitted, workflow.ByResident, workflow.ByStaff),
	workflow.On(Submitted, "offer_times", Submitted, workflow.ByStaff),
	workflow.On(Submitted, "cancel", Cancelled, workflow.ByResident, workflow.ByStaff),

	workflow.On(Returned, "submit", Submitted, workflow.ByResident, workflow.ByStaff),
	workflow.On(Returned, "reject", Rejected, workflow.ByStaff),
	workflow.On(Returned, "cancel", Cancelled, workflow.ByResident, workflow.ByStaff),

	workflow.On(Approved, "assign", Assigned, workflow.ByStaff, workflow.BySystem),
	workflow.On(Approved, "volunteers", Scheduled, workflow.ByStaff),
	workflow.On(Approved, "refer", Referred, workflow.ByStaff),
	workflow.On(Approved, "cancel", Cancelled, workflow.ByResident, workflow.ByStaff),

	workflow.On(Assigned, "accept", Assigned, workflow.ByWorker),
	workflow.On(Assigned, "hand_back", Approved, workflow.ByWorker),
	workflow.On(Assigned, "assign", Assigned, workflow.ByStaff),
	workflow.On(Assigned, "hand_over", Assigned, workflow.ByStaff),
	workflow.On(Assigned, "unassign", Approved, workflow.ByStaff),
	workflow.On(Assigned, "schedule", Scheduled, workflow.ByWorker, workflow.ByStaff, workflow.BySystem),
	workflow.On(Assigned, "start", InService, workflow.ByWorker),
	workflow.On(Assigned, "volunteers", Scheduled, workflow.ByStaff),
	workflow.On(Assigned, "refer", Referred, workflow.ByStaff),
	workflow.On(Assigned, "cancel", Cancelled, workflow.ByResident, workflow.ByStaff),

	workflow.On(Scheduled, "reschedule", Scheduled, workflow.ByResident, workflow.ByWorker, workflow.ByStaff),
	workflow.On(Scheduled, "offer_times", Scheduled, workflow.ByWorker, workflow.ByStaff),
	workflow.On(Scheduled, "start", InService, workflow.ByWorker, workflow.ByStaff),
	workflow.On(Scheduled, "no_show", Assigned, workflow.ByWorker, workflow.ByStaff),
	workflow.On(Scheduled, "hand_back", Approved, workflow.ByWorker),
	workflow.On(Scheduled, "assign", Assigned, workflow.ByStaff),
	workflow.On(Scheduled, "hand_over", Scheduled, workflow.ByStaff),
	workflow.On(Scheduled, "unassign", Approved, workflow.ByStaff),
	workflow.On(Scheduled, "cancel", Cancelled, workflow.ByResident, workflow.ByStaff),

	workflow.On(InService, "finish", InService, workflow.ByWorker, workflow.ByStaff),
	workflow.On(InService, "start", InService, workflow.ByWorker, workflow.ByStaff),
	workflow.On(InService, "schedule", Scheduled, workflow.ByWorker, workflow.ByStaff),
	workflow.On(InService, "hand_over", InService, workflow.ByStaff),
	workflow.On(InService, "unassign", Approved, workflow.ByStaff, workflow.BySystem),
	workflow.On(InService, "complete", Completed, workflow.ByWorker, workflow.ByStaff),
	workflow.On(InService, "cancel", Cancelled, workflow.ByResident, workflow.ByStaff),

	workflow.On(Completed, "rate", Completed, workflow.ByResident),
	workflow.On(Completed, "follow_up", Completed, workflow.ByStaff),
	workflow.On(Completed, "reopen", InService, workflow.ByStaff),
	workflow.On(Completed, "close", Closed, workflow.ByStaff),

	workflow.On(Closed, "rate", Closed, workflow.ByResident),
	workflow.On(Closed, "follow_up", Closed, workflow.ByStaff),

	workflow.On(Referred, "receive", Submitted, workflow.ByReceiver),
	workflow.On(Referred, "send_back", Submitted, workflow.ByReceiver),
	workflow.On(Referred, "close", Closed, workflow.ByStaff),
	workflow.On(Referred, "cancel", Cancelled, workflow.ByResident, workflow.ByStaff),
}
