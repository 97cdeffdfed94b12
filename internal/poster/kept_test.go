package poster_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"yimi/internal/poster"
)

// Whoever asks at once for one poster gets the one that was drawn once; another word makes another.
func TestAPosterIsDrawnOnce(t *testing.T) {
	t.Parallel()
	k, p := poster.NewKept(), sample(t)
	got := make([]poster.Picture, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			var err error
			if got[i], err = k.Draw(t.Context(), p); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, x := range got {
		if &x.PNG[0] != &got[0].PNG[0] || x.Tag != got[0].Tag {
			t.Error("drawn twice")
		}
	}
	tags := map[string]string{got[0].Tag: "as it was"}
	for name, change := range map[string]func(p *poster.Poster){
		"art":   func(p *poster.Poster) { p.Art = "path" },
		"above": func(p *poster.Poster) { p.Above = "兰花芬芳" },
		"title": func(p *poster.Poster) { p.Title += "！" },
		"line":  func(p *poster.Poster) { p.Lines = []poster.Line{{"时间", "11月30日 周日 9:00 – 12:00"}} },
		"foot":  func(p *poster.Poster) { p.Foot = "清水渠服务室邀请您" },
		"code":  func(p *poster.Poster) { p.Code = append(append([]byte{}, p.Code...), 0) }, // the same picture, read anew
	} {
		other := sample(t)
		change(&other)
		x, err := k.Draw(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		if &x.PNG[0] == &got[0].PNG[0] || name != "code" && tags[x.Tag] != "" {
			t.Errorf("%s: the poster of %q", name, tags[x.Tag])
		}
		tags[x.Tag] = name
	}
}

// Memory is bounded by bytes; what is asked for again and again stays.
func TestKeptPostersAreBounded(t *testing.T) {
	t.Parallel()
	k, p := poster.NewKept(), sample(t)
	first, err := k.Draw(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	most := 2*len(first.PNG) + len(first.PNG)/2
	k.Bound(most)
	for i := range 6 {
		other := sample(t)
		other.Foot = fmt.Sprint(i)
		if _, err := k.Draw(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		again, err := k.Draw(t.Context(), p)
		if err != nil || &again.PNG[0] != &first.PNG[0] {
			t.Fatal("what is asked for all the time was drawn again", err)
		}
		if n := k.Bytes(); n > 2*most {
			t.Fatalf("%d bytes are kept, more than %d", n, 2*most)
		}
	}
	old := sample(t)
	old.Foot = "0"
	one, _ := k.Draw(t.Context(), old)
	two, _ := k.Draw(t.Context(), old)
	if &one.PNG[0] != &two.PNG[0] {
		t.Error("not kept")
	}
}

// Who leaves, leaves the line; and nobody is drawn beside another.
func TestOnePosterIsDrawnAtATime(t *testing.T) {
	t.Parallel()
	k := poster.NewKept()
	free := k.Occupy()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := k.Draw(ctx, sample(t))
		done <- err
	}()
	runtime.Gosched()
	select {
	case err := <-done:
		t.Fatal("drawn beside another:", err)
	case <-time.After(100 * time.Millisecond):
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	free()
	if _, err := k.Draw(t.Context(), sample(t)); err != nil {
		t.Error(err)
	}
}
