package app

import "context"

// KeepDemoAlive is for tests.

func (a *App) KeepDemoAlive(ctx context.Context) error { return a.keepDemoAlive(ctx) }
