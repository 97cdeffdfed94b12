package httpapi

import (
	"fmt"
	"testing"
	"time"
)

// However many there are, memory is bounded; who comes often keeps a bucket, and cannot fill it
// by having others come.
func TestBucketsAreBounded(t *testing.T) {
	t.Parallel()
	b, now := newBuckets(), time.Unix(0, 0)
	for range 10 {
		b.of("busy", 10).ReserveN(now, 1)
	}
	for i := range 4 * maxBuckets {
		b.of(fmt.Sprint(i), 10)
		if i%1000 == 0 && b.of("busy", 10).AllowN(now, 1) {
			t.Fatalf("the bucket is full again after %d others", i)
		}
	}
	if n := len(b.young) + len(b.old); n > 2*maxBuckets {
		t.Errorf("%d buckets", n)
	}
}
