package wechattest

import "testing"

// A public demo runs for months: a record lets its oldest half go, and never the newest.
func TestRecordsAreBounded(t *testing.T) {
	t.Parallel()
	var record []int
	for i := range 3*maxKept + 1 {
		keep(&record, i)
		if len(record) > maxKept || record[len(record)-1] != i {
			t.Fatalf("after %d: %d kept, the last is %d", i, len(record), record[len(record)-1])
		}
	}
	if len(record) <= maxKept/2 || record[0] != record[len(record)-1]-len(record)+1 {
		t.Errorf("%d kept", len(record))
	}
}
