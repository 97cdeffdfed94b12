package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"time"

	"yimi/internal/city"
	"yimi/internal/config"
)

var (
	errScale    = errors.New("usage: yimi demo --scale city|FACTOR [settings]; a FACTOR of 0.01 is a hundredth of a city")
	errNotEmpty = errors.New("the database has people; a city is made only in an empty one")
)

func scaleOf(size string) (float64, error) {
	if size == "city" {
		return 1, nil
	}
	scale, err := strconv.ParseFloat(size, 64)
	if err != nil || !(scale > 0 && scale <= 2) {
		return 0, errScale
	}
	return scale, nil
}

func makeCity(ctx context.Context, cfg config.Config, log *slog.Logger, scale float64, out, errOut io.Writer) error {
	a, err := Build(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	began := time.Now()
	if err := a.MakeCity(ctx, scale, errOut, isTerminal(errOut)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "yimi: made a city of scale %g in %s; prove it with: yimi verify\n", scale, time.Since(began).Round(time.Second))
	return err
}

// MakeCity fills an empty database with the small demo and a city of the scale around it.
func (a *App) MakeCity(ctx context.Context, scale float64, progress io.Writer, live bool) error {
	var people int64
	if err := a.Store.Read(ctx).Table("people").Limit(1).Count(&people).Error; err != nil {
		return err
	}
	if people > 0 {
		return errNotEmpty
	}
	if err := a.keepDemoAlive(ctx); err != nil {
		return err
	}
	notice, err := privacyNotice(a.cfg.Retention)
	if err != nil {
		return err
	}
	return city.Fill(ctx, city.Deps{Store: a.Store, Box: a.box, Seal: a.Identity.SealedColumns, Notice: notice, Out: progress, Live: live}, scale)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
