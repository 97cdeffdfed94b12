package audit

// Diff is what the log keeps of two rows.
var Diff = diff
