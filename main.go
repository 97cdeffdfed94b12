// Yimi is the working system of community social-work stations.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"yimi/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(app.Main(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}
