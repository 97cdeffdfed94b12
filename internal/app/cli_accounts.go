package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"yimi/internal/config"
	"yimi/internal/fault"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// adminCommand makes the first admin of a district.
func (c *commandLine) adminCommand() *cobra.Command {
	anew, city := false, false
	cmd := &cobra.Command{Use: "admin LOGIN NAME DISTRICT [settings]", DisableFlagsInUseLine: true, Args: words(3),
		Short: "make a district centre and an admin of it",
		Long: `Makes an admin of the district, and the district where there is none at all.

The password is asked for twice; without a terminal it is read from standard input. It counts as
the admin's own: the owner types it. A district of another name than those that are there is made
only with --new, since one letter typed wrong would split the district in two. With --city DISTRICT is the
name of a city, and its admin makes the district centres under it.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(cmd, func(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger) error {
				return admin(ctx, c, cfg, log, args, anew, city)
			})
		}}
	cmd.Flags().BoolVar(&anew, "new", false, "make another district beside those that are there")
	cmd.Flags().BoolVar(&city, "city", false, "make a city and an admin of it, in place of a district")
	return cmd
}

func admin(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger, args []string, anew, city bool) error {
	password, err := c.askPassword()
	if err != nil {
		return err
	}
	a, err := Build(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	login, name, district, kind := args[0], args[1], args[2], unit.DistrictCentre
	if city {
		kind = unit.City
	}
	view, err := a.Identity.BootstrapAdmin(ctx, name, login, password, func(tx *store.Tx) (int64, error) {
		u, err := unit.BootstrapIn(tx, kind, district, anew)
		if f := fault.From(err); err != nil && len(f.Fields) == 1 {
			err = fault.BadFields(fault.Field{Name: "district", Message: f.Fields[0].Message})
		}
		return u.ID, err
	})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(c.out, "yimi: %s is district admin of %s, in %v\n", strings.TrimSpace(name), view.UnitName, cfg.Database)
	return nil
}

var errTwoPasswords = errors.New("the two passwords differ; nothing was done")

// askPassword asks twice on a terminal, where nobody sees what is typed; else it reads standard input.
func (c *commandLine) askPassword() (string, error) {
	f, ok := c.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) { //nolint:gosec // a file's number fits
		line, err := bufio.NewReader(io.LimitReader(c.in, 1024)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for i, ask := range []string{"password: ", "once more: "} {
		_, _ = fmt.Fprint(c.errOut, ask)
		b, err := term.ReadPassword(int(f.Fd())) //nolint:gosec // a file's number fits
		_, _ = fmt.Fprintln(c.errOut)
		if err != nil {
			return "", err
		}
		typed[i] = string(b)
	}
	if typed[0] != typed[1] {
		return "", errTwoPasswords
	}
	return typed[0], nil
}

// passwordCommand helps somebody who cannot sign in any more.
func (c *commandLine) passwordCommand() *cobra.Command {
	return &cobra.Command{Use: "password LOGIN [settings]", DisableFlagsInUseLine: true, Args: words(1),
		Short: "give a login a password that works once, and end its sessions",
		Long: `Prints a new password for the login. It signs in once, within 24 hours; who signs in with it then sets
one of their own (我的 → 修改密码), and is no second hand until then. All sessions of the login end.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(cmd, func(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger) error {
				a, err := buildExisting(ctx, cfg, log)
				if err != nil {
					return err
				}
				defer func() { _ = a.Close() }()
				password, err := a.Identity.ResetPassword(ctx, args[0])
				if err != nil {
					return err
				}
				_, _ = fmt.Fprintf(c.out, "yimi: the password of %s, for one sign-in within 24 hours:\n%s\n", args[0], password)
				return nil
			})
		}}
}

var errKeysWord = errors.New("usage: yimi keys rotate [settings], or yimi keys prune [settings]")

// keysCommands change the keys that private fields are under.
func (c *commandLine) keysCommands() *cobra.Command {
	keys := &cobra.Command{Use: "keys", Short: "change the keys that private fields are encrypted by",
		RunE: func(*cobra.Command, []string) error { return errKeysWord }}
	for _, k := range []struct {
		name, short string
		do          func(*App, context.Context, io.Writer) error
	}{
		{"rotate", "encrypt everything again under a new key", (*App).rotateKeys},
		{"prune", "take away the old keys that nothing is under any more", (*App).pruneKeys},
	} {
		keys.AddCommand(c.command(k.name, k.short, func(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger) error {
			return withKeys(ctx, c, cfg, log, k.do)
		}))
	}
	return keys
}

// demoCommand makes a database of the size that Yimi is built for, for measuring; it is not in the
// help: nobody who runs a station needs it.
func (c *commandLine) demoCommand() *cobra.Command {
	size := ""
	cmd := &cobra.Command{Use: "demo --scale city|FACTOR [settings]", DisableFlagsInUseLine: true, Args: noWords, Hidden: true,
		Short: "make a made-up city in an empty database; a FACTOR of 0.01 is a hundredth",
		RunE: func(cmd *cobra.Command, _ []string) error {
			scale, err := scaleOf(size)
			if err != nil {
				return err
			}
			if err := cmd.Flags().Set("demo", "true"); err != nil { // migrates any database, and may make its own keys
				return err
			}
			return c.run(cmd, func(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger) error {
				return makeCity(ctx, cfg, log, scale, c.out, c.errOut)
			})
		}}
	cmd.Flags().StringVar(&size, "scale", "", "city, or a part of one")
	return cmd
}
