package app

import (
	"context"
	"io"

	"yimi/internal/feature"
	"yimi/internal/seal"
)

// KeepDemoAlive is for tests.

func (a *App) KeepDemoAlive(ctx context.Context) error { return a.keepDemoAlive(ctx) }

// StartDemo is for tests.
func (a *App) StartDemo(ctx context.Context) error { return a.startDemo(ctx) }

// RotateKeys and PruneKeys are the commands on a program that is built.
func (a *App) RotateKeys(ctx context.Context, out io.Writer) error { return a.rotateKeys(ctx, out) }

// PruneKeys is for tests.
func (a *App) PruneKeys(ctx context.Context, out io.Writer) error { return a.pruneKeys(ctx, out) }

// First puts a feature before all others, for tests.
func (a *App) First(f feature.Feature) { a.features = append([]feature.Feature{f}, a.features...) }

// Box is for tests.
func (a *App) Box() *seal.Box { return a.box }

// CountUnder is for tests.
func (a *App) CountUnder(ctx context.Context, keyID string) (int64, error) {
	return a.countUnder(ctx, keyID)
}

// SealedColumns gives the list as TABLE.COLUMN.
func SealedColumns() (out []string) {
	for _, c := range sealedColumns() {
		out = append(out, c.table+"."+c.Column)
	}
	return out
}

// DemoContacts are the demo's phones and identity numbers.
func DemoContacts() (phones, cards []string) {
	for _, p := range demoPersonas {
		phones, cards = append(phones, p.phone), append(cards, p.card)
	}
	for i := range demoVolunteers {
		if p := demoPhone(i); p != "" {
			phones = append(phones, p)
		}
	}
	return phones, cards
}

// RowsOfBackup is for tests.
var RowsOfBackup = rowsOfBackup
