package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"yimi/internal/config"
	"yimi/internal/fault"
	"yimi/internal/store"
	"yimi/internal/version"
)

// commandLine is where a command is typed.
type commandLine struct {
	environ     []string
	in          io.Reader
	out, errOut io.Writer
	typed       *pflag.FlagSet
}

// said tells whether a flag was typed.
func (c *commandLine) said(flag string) bool { return c.typed != nil && c.typed.Changed(flag) }

// Main runs one command and gives the exit code.
func Main(ctx context.Context, args []string, environ []string, in io.Reader, out, errOut io.Writer) int {
	root := (&commandLine{environ: environ, in: in, out: out, errOut: errOut}).root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	if err := root.ExecuteContext(ctx); err != nil {
		_, _ = fmt.Fprintln(errOut, "yimi:", spoken(err))
		return 1
	}
	return 0
}

// spoken is an error with the fields that are wrong, by name.
func spoken(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) == 0 {
		return err.Error()
	}
	var lines []string
	for _, field := range f.Fields {
		lines = append(lines, strings.ToUpper(field.Name)+": "+field.Message)
	}
	return strings.Join(lines, "\n      ")
}

// root is the whole command line, with its help by topics.
func (c *commandLine) root() *cobra.Command {
	root := &cobra.Command{Use: "yimi", Short: "the working system of a community social-work station", SilenceUsage: true, SilenceErrors: true}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetUsageTemplate(usageTemplate)
	root.PersistentFlags().AddFlagSet(config.Flags())
	root.AddCommand(
		c.command("serve", "listen and serve; with --demo made-up people and activities", serve),
		c.command("migrate", "bring the database's tables up to this program", migrate),
		c.command("verify", "prove the ledger's chains and totals; exit 1 when something differs", verify),
		c.folderCommand("backup DIR [settings]", "put the database and the files into DIR, beside the backups that are there", takeBackup),
		c.folderCommand("restore DIR --data-dir NEW [settings]", "bring a backup, or the newest in DIR, back to where nothing is, and prove it", restore),
		c.folderCommand("drill DIR [settings]", "restore the newest backup for a moment, prove it, serve it and log in", drill),
		c.adminCommand(), c.passwordCommand(), c.keysCommands(), c.demoCommand(),
		&cobra.Command{Use: "version", Short: "say which version this is", Args: noWords,
			Run: func(*cobra.Command, []string) { _, _ = fmt.Fprintln(c.out, "yimi", version.String()) }},
		&cobra.Command{Use: "settings", Short: "every setting, by flag", Long: settingsHelp + config.Usage()}, // a topic of help: it runs nothing
	)
	return root
}

const settingsHelp = `A setting comes from a YAML file (--config, or YIMI_CONFIG), from the environment
(limits.cancel_notice is YIMI_LIMITS_CANCEL_NOTICE), or from a flag; each goes over the one before.
configs/yimi.example.yaml explains them all.

`

// usageTemplate is cobra's without the settings, which every command has.
const usageTemplate = `Usage:{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} COMMAND [settings]

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .LocalNonPersistentFlags.HasAvailableFlags}}

Flags:
{{.LocalNonPersistentFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}

More: {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND --help, {{end}}yimi help settings
`

// job is what a command does once its settings are read.
type job func(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger) error

// command is one that takes settings and nothing else.
func (c *commandLine) command(name, short string, do job) *cobra.Command {
	return &cobra.Command{Use: name + " [settings]", Short: short, Args: noWords, DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd, do) }}
}

// folderCommand is one that takes a folder of backups.
func (c *commandLine) folderCommand(use, short string, do func(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger, dir string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: words(1), DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(cmd, func(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger) error {
				return do(ctx, c, cfg, log, args[0])
			})
		}}
}

// run reads the settings, then does the job.
func (c *commandLine) run(cmd *cobra.Command, do job) error {
	c.typed = cmd.Flags()
	cfg, err := config.Read(cmd.Flags(), c.environ)
	if err != nil {
		return err
	}
	log, err := logger(cfg.LogLevel, c.errOut)
	if err != nil {
		return err
	}
	return do(cmd.Context(), c, cfg, log)
}

// words takes exactly so many words before the settings.
func words(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return fmt.Errorf("usage: yimi %s", strings.TrimPrefix(cmd.UseLine(), "yimi "))
		}
		return nil
	}
}

func noWords(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q is neither a flag nor its value; write settings as --name=value", args[0])
	}
	return nil
}

func logger(level string, w io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, err
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}

// buildExisting is Build for a command that has nothing to do where there is no database yet.
func buildExisting(ctx context.Context, cfg config.Config, log *slog.Logger) (*App, error) {
	if err := store.Exists(string(cfg.Database)); err != nil {
		return nil, fmt.Errorf("database: %w; write the right one with --database or --config", err)
	}
	return Build(ctx, cfg, log)
}

func serve(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger) error {
	a, err := Build(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if cfg.Demo {
		_, _ = fmt.Fprintln(c.out, "yimi: making the demo's people and activities …")
		if err := a.startDemo(ctx); err != nil {
			return err
		}
	}
	started, err := a.startLine(ctx)
	if err != nil {
		return err
	}
	return a.Serve(ctx, func(address string) {
		_, _ = fmt.Fprintf(c.out, "yimi: %s\nyimi: listening on http://%s/\n", started, address)
	})
}

func migrate(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger) error {
	db, err := store.Open(ctx, string(cfg.Database), store.WithLogger(log))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(c.out, "yimi: the database is up to date")
	return nil
}

var errDiffers = errors.New("not whole; see above")

func verify(ctx context.Context, c *commandLine, cfg config.Config, log *slog.Logger) error {
	a, err := buildExisting(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	return a.verify(ctx, c.out)
}

func (a *App) verify(ctx context.Context, out io.Writer) error {
	all, err := a.Prove(ctx, func(of string, rows int64) {
		if rows > 0 && rows%100_000 == 0 {
			_, _ = fmt.Fprintf(out, "yimi: %d rows of %s read …\n", rows, of)
		}
	})
	if err != nil {
		return err
	}
	for _, w := range all.Warnings {
		_, _ = fmt.Fprintln(out, "- warning:", w)
	}
	for _, p := range all.Problems {
		_, _ = fmt.Fprintln(out, "-", p)
	}
	if len(all.Problems) > 0 {
		return errDiffers
	}
	_, _ = fmt.Fprintf(out, "yimi: whole: %s\n", all.Whole)
	return nil
}
