package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"yimi/internal/config"
	"yimi/internal/store"
)

const usage = `yimi: the working system of a community social-work station

  yimi serve    [settings]   listen and serve; --demo with made-up people and activities
  yimi migrate  [settings]   bring the database's tables up to this program
  yimi verify   [settings]   prove the ledger's chains and totals; exit 1 when something differs
  yimi keys rotate [settings]  encrypt everything again under a new key
  yimi keys prune  [settings]  take away the old keys that nothing is under any more
  yimi admin LOGIN NAME DISTRICT [settings]
                             make a district centre and its first admin; the password is read from standard input

`

// Main runs one command and gives the exit code.
func Main(ctx context.Context, args []string, environ []string, in io.Reader, out, errOut io.Writer) int {
	err := run(ctx, args, environ, in, out, errOut)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, config.ErrHelp):
		_, _ = fmt.Fprint(out, usage, config.Usage())
		return 0
	}
	_, _ = fmt.Fprintln(errOut, "yimi:", err)
	return 1
}

func run(ctx context.Context, args []string, environ []string, in io.Reader, out, errOut io.Writer) error {
	if len(args) == 0 {
		return config.ErrHelp
	}
	command, args := args[0], args[1:]
	words := 0
	switch command {
	case "admin":
		words = min(3, len(args))
	case "keys":
		words = min(1, len(args))
	}
	if command == "help" || strings.HasPrefix(command, "-") {
		return config.ErrHelp
	}
	var scale float64
	if command == "demo" {
		var err error
		if scale, args, err = scaleOf(args); err != nil {
			return err
		}
		args = append(args, "--demo") // migrates any database, and may make its own keys
	}
	cfg, err := config.Load(args[words:], environ)
	if err != nil {
		return err
	}
	log, err := logger(cfg.LogLevel, errOut)
	if err != nil {
		return err
	}
	switch command {
	case "serve":
		return serve(ctx, cfg, log, out)
	case "migrate":
		return migrate(ctx, cfg, log, out)
	case "verify":
		return verify(ctx, cfg, log, out)
	case "keys":
		return keysCommand(ctx, cfg, log, strings.Join(args[:words], ""), out)
	case "demo":
		return makeCity(ctx, cfg, log, scale, out, errOut)
	case "admin":
		return admin(ctx, cfg, log, args[:words], in, out)
	}
	return fmt.Errorf("there is no command %q; see: yimi help", command)
}

func logger(level string, w io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, err
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}

func serve(ctx context.Context, cfg config.Config, log *slog.Logger, out io.Writer) error {
	a, err := Build(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if cfg.Demo {
		_, _ = fmt.Fprintln(out, "yimi: making the demo's people and activities …")
		if err := a.startDemo(ctx); err != nil {
			return err
		}
	}
	return a.Serve(ctx, func(address string) {
		_, _ = fmt.Fprintf(out, "yimi: listening on http://%s/\n", address)
	})
}

func migrate(ctx context.Context, cfg config.Config, log *slog.Logger, out io.Writer) error {
	db, err := store.Open(ctx, string(cfg.Database), store.WithLogger(log))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out, "yimi: the database is up to date")
	return nil
}

var errDiffers = errors.New("not whole; see above")

func verify(ctx context.Context, cfg config.Config, log *slog.Logger, out io.Writer) error {
	a, err := Build(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	report, err := a.Hours.Verify(ctx, func(done int64) {
		if done > 0 && done%100_000 == 0 {
			_, _ = fmt.Fprintf(out, "yimi: %d entries read …\n", done)
		}
	})
	if err != nil {
		return err
	}
	shifts, err := a.Activities.Verify(ctx)
	if err != nil {
		return err
	}
	bookings, err := a.Bookings.Verify(ctx)
	if err != nil {
		return err
	}
	for _, w := range report.Warnings {
		_, _ = fmt.Fprintln(out, "- warning:", w)
	}
	problems := slices.Concat(report.Problems, shifts, bookings)
	for _, p := range problems {
		_, _ = fmt.Fprintln(out, "-", p)
	}
	if len(problems) > 0 {
		return errDiffers
	}
	_, _ = fmt.Fprintf(out, "yimi: whole: %d entries in %d chains; no minute of anybody is counted twice, every total equals the sum of its entries, every shift its sign-ups, every booking its time\n", report.Entries, report.People)
	return nil
}

var errAdminWords = errors.New("usage: yimi admin LOGIN NAME DISTRICT [settings] < password")

func admin(ctx context.Context, cfg config.Config, log *slog.Logger, words []string, in io.Reader, out io.Writer) error {
	if len(words) < 3 {
		return errAdminWords
	}
	password, err := io.ReadAll(io.LimitReader(in, 1024))
	if err != nil {
		return err
	}
	a, err := Build(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	district, err := a.Units.Bootstrap(ctx, words[2])
	if err != nil {
		return err
	}
	if _, err := a.Identity.BootstrapAdmin(ctx, district.ID, words[1], words[0], strings.TrimRight(string(password), "\r\n")); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "yimi: %s is district admin of %s\n", words[1], words[2])
	return nil
}
