package main

import (
	"context"
	"fmt"
	"time"
)

const (
	rushPeople = 500
	rushPlaces = 20
	maxMemory  = 150 // MB
)

// rush lets five hundred people sign up for twenty places in one moment, as a school does.
func rush(ctx context.Context, w *world, p *process) (string, error) {
	w.shiftDay += day
	shifts, err := w.shifts(ctx, w.staff[:1], 1, w.shiftDay, 150, rushPlaces, 0)
	if err != nil {
		return "", err
	}
	items := make([]item, min(rushPeople, len(w.people)))
	for i := range items {
		items[i] = w.signup(w.people[i], shifts[0])
	}
	p.memory()
	r := newTarget(p.address, false).press(ctx, len(items), items, time.Minute)
	got, memory := r.requests-r.errors, p.memory()
	return fmt.Sprintf("- %d people at once for %d places: %d got one, all were answered within %d ms, memory %.0f MB of at most %d: %s",
		r.requests, rushPlaces, got, r.took.Milliseconds(), memory, maxMemory, met(got == rushPlaces && memory <= maxMemory)), nil
}
