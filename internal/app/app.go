// Package app builds the whole program once, from settings: the command line and
// the tests that start everything share it.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"gorm.io/gorm"

	"yimi/internal/activity"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/campaign"
	"yimi/internal/catalogue"
	"yimi/internal/config"
	"yimi/internal/feature"
	"yimi/internal/files"
	"yimi/internal/hours"
	"yimi/internal/httpapi"
	"yimi/internal/human"
	"yimi/internal/identity"
	"yimi/internal/jobs"
	"yimi/internal/outbox"
	"yimi/internal/policy"
	"yimi/internal/request"
	"yimi/internal/seal"
	"yimi/internal/store"
	"yimi/internal/unit"
	"yimi/internal/version"
	"yimi/internal/web"
	"yimi/internal/wechat"
	"yimi/internal/wechat/wechattest"
)

// App is the program, built and not yet listening.
type App struct {
	cfg     config.Config
	log     *slog.Logger
	clock   func() time.Time
	metrics *httpapi.Metrics
	wechat  *wechat.Client     // nil: not set up
	standIn *wechattest.Server // WeChat's stand-in in demo mode
	files   *files.Folder      // attachments, sealed
	box     *seal.Box
	trace   store.Trace
	oldest  string // mini-program that is served

	features []feature.Feature // in the order in which they are gone round

	Store      *store.Store
	Identity   *identity.Service
	Units      *unit.Service
	Campaigns  *campaign.Service
	Activities *activity.Service
	Hours      *hours.Service
	Outbox     *outbox.Service
	Catalogue  *catalogue.Service
	Bookings   *booking.Service
	Requests   *request.Service
	Audit      *audit.Service
	Policies   *policy.Service
	Handler    http.Handler
}

// Option changes how Build builds.
type Option func(*App)

// WithClock replaces time.Now, for tests.
func WithClock(now func() time.Time) Option { return func(a *App) { a.clock = now } }

// WithTrace shows every statement, for tests.
func WithTrace(see store.Trace) Option { return func(a *App) { a.trace = see } }

// WithOldestClient replaces version.OldestClient, for tests.
func WithOldestClient(number string) Option { return func(a *App) { a.oldest = number } }

// Build opens the database and puts the parts together. An embedded or a demo
// database is migrated on the way; a server's is left to "yimi migrate".
func Build(ctx context.Context, cfg config.Config, log *slog.Logger, opts ...Option) (*App, error) {
	a := &App{cfg: cfg, log: log, clock: time.Now, metrics: httpapi.NewMetrics(), oldest: version.OldestClient}
	for _, o := range opts {
		o(a)
	}
	a.metrics.Registry.MustRegister(a.restorableAge())
	if err := a.openStore(ctx); err != nil {
		return nil, err
	}
	if err := a.build(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.Policies.Read(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) openStore(ctx context.Context) (err error) {
	a.Store, err = store.Open(ctx, string(a.cfg.Database), store.WithClock(a.clock), store.WithLogger(a.log), store.WithTrace(a.trace))
	if err != nil {
		return err
	}
	if a.Store.Dialect() == "sqlite" || a.cfg.Demo {
		err = a.Store.Migrate(ctx)
	} else if err = a.Store.Ready(ctx); err != nil {
		err = fmt.Errorf("%w; run: yimi migrate", err)
	}
	if err != nil {
		return errors.Join(err, a.Store.Close())
	}
	return nil
}

func (a *App) build() error {
	if err := a.refuseNewKeys(); err != nil {
		return err
	}
	keys, err := a.cfg.LoadKeys()
	if err != nil {
		return err
	}
	stars, err := starTable()
	if err != nil {
		return err
	}
	notice, err := privacyNotice(a.cfg.Retention)
	if err != nil {
		return err
	}
	tokens := auth.NewTokens(authKeys(keys.AccessTokens), a.cfg.Token.AccessTTL, a.clock)
	a.openWechat()
	if err := a.openBox(keys); err != nil {
		return err
	}
	a.Units = unit.NewService(a.Store)
	words, err := httpapi.AuditWords()
	if err != nil {
		return err
	}
	a.Audit = audit.NewService(a.Store, words)
	a.Policies = policy.NewService(a.Store, a.policyDefaults())
	a.Hours = hours.NewService(a.Store, stars, human.Hands{GrantRipens: a.cfg.Limits.GrantRipens}, a.Policies)
	a.Campaigns = campaign.NewService(a.Store, a.Hours)
	a.Campaigns.ShiftsAfter = activity.ShiftsAfter
	a.Activities = activity.NewService(a.Store, activity.NewCodes(keys.Checkin[0].Secret, a.cfg.Limits.CodeStep), a.limits())
	a.Identity = identity.NewService(identity.Deps{Store: a.Store, Tokens: tokens, Wechat: a.wechatLogin, Phone: a.wechatPhone, Risky: a.riskyName, Box: a.box, Demo: a.cfg.Demo,
		Notice: notice, SessionLife: a.cfg.Token.RefreshTTL, SessionsKept: a.cfg.Retention.Sessions, Hands: human.Hands{GrantRipens: a.cfg.Limits.GrantRipens}})
	a.Identity.Coming = comingOf
	a.Activities.Phone, a.Activities.Hands, a.Activities.Policies = a.Identity.PhoneOf, a.Identity.Hands, a.Policies
	if err := a.buildRequests(); err != nil {
		return err
	}
	a.Outbox = outbox.NewService(outbox.Deps{Store: a.Store, Log: a.log, Kept: a.cfg.Retention.Notices, OpenIDs: a.Identity.OpenIDs,
		Quiet: outbox.Quiet{From: a.cfg.Limits.QuietFrom, Until: a.cfg.Limits.QuietUntil}})
	a.features = a.allFeatures()
	a.Identity.Features = a.features
	a.Audit.Know(a.features)
	a.Outbox.Know(a.features)
	if err := a.openOutbox(); err != nil {
		return err
	}
	a.measureParts()
	return a.buildHandler(tokens)
}

// comingOf says what people signed up for to their guardians.
func comingOf(db *gorm.DB, people []int64, now store.Time, most int) (out []identity.WardShift, count map[int64]int, err error) {
	shifts, count, err := activity.ComingOf(db, people, now, most)
	for _, s := range shifts {
		out = append(out, identity.WardShift(s))
	}
	return out, count, err
}

// buildRequests puts together what the resident's loop needs; attached files lie sealed in a
// folder of the data, which no page serves.
func (a *App) buildRequests() (err error) {
	if a.files, err = files.Open(filepath.Join(a.cfg.DataDir, "files")); err != nil {
		return err
	}
	a.Catalogue = catalogue.NewService(a.Store)
	a.Bookings = booking.NewService(a.Store, booking.Limits{Hold: a.cfg.Limits.SlotHold, OpensAt: a.cfg.Limits.OpensAt, ClosesAt: a.cfg.Limits.ClosesAt})
	a.Requests = request.NewService(request.Deps{Store: a.Store, Box: a.box, Files: a.files, Bookings: a.Bookings,
		Activities: a.Activities, MayKeepHealth: a.mayKeepHealth, NoteShare: a.Identity.NoteShare, Policies: a.Policies, Notice: a.cfg.Limits.CancelNotice,
		Retention: request.Retention{Words: a.cfg.Retention.Requests, Records: a.cfg.Retention.Records, Drafts: a.cfg.Retention.Drafts, Looks: a.cfg.Retention.Looks}})
	return nil
}

func (a *App) mayKeepHealth(tx *store.Tx, personID int64) (bool, error) {
	return a.Identity.ConsentedIn(tx, personID, identity.Sensitive)
}

func (a *App) buildHandler(tokens *auth.Tokens) error {
	server, err := httpapi.New(httpapi.Deps{
		Config: httpapi.Config{Demo: a.cfg.Demo, MaxBodyBytes: a.cfg.MaxBodyBytes, TrustedProxies: a.cfg.Proxies, Hosts: a.cfg.Hosts, Rates: httpapi.Rates(a.cfg.Limits.Rate.Each(a.cfg.Servers)), OldestClient: a.oldest},
		Log:    a.log, Metrics: a.metrics, Store: a.Store, Tokens: tokens, Box: a.box, Identity: a.Identity, Units: a.Units,
		Campaigns: a.Campaigns, Activities: a.Activities, Hours: a.Hours, Outbox: a.Outbox,
		Catalogue: a.Catalogue, Bookings: a.Bookings, Requests: a.Requests, MiniCode: a.miniCode, CloseAccount: a.CloseAccount, Audit: a.Audit, Policies: a.Policies, Features: a.features,
	})
	if err != nil {
		return err
	}
	engine, err := server.Engine()
	if err != nil {
		return err
	}
	web.Register(engine)
	a.Handler = httpapi.Secure(httpapi.WithPatch(engine), a.cfg.Proxies)
	return nil
}

func (a *App) limits() activity.Limits {
	l := a.cfg.Limits
	return activity.Limits{CancelNotice: l.CancelNotice, PromotionConfirm: l.PromotionConfirm, CheckinWindow: l.CheckinWindow,
		LateCheckin: l.LateCheckin, CodeStep: l.CodeStep, RemindEvening: l.RemindEvening, WorstAccuracy: float64(l.AccuracyMetres)}
}

// policyDefaults are the settings that hold where a district has set nothing.
func (a *App) policyDefaults() map[policy.Kind]int64 {
	l := a.cfg.Limits
	return map[policy.Kind]int64{policy.DailyCap: int64(l.DailyCap / time.Minute), policy.BookingsOfOne: int64(l.BookingsOfOne),
		policy.BookingsByOne: int64(l.BookingsByOne), policy.Reschedules: int64(l.Reschedules)}
}

func authKeys(in []config.Key) []auth.Key {
	out := make([]auth.Key, len(in))
	for i, k := range in {
		out[i] = auth.Key(k)
	}
	return out
}

func sealKeys(in []config.Key) []seal.Key {
	out := make([]seal.Key, len(in))
	for i, k := range in {
		out[i] = seal.Key(k)
	}
	return out
}

func starTable() (hours.Stars, error) {
	rows, err := config.Stars()
	out := make(hours.Stars, len(rows))
	for i, r := range rows {
		out[i] = r.Minutes
	}
	return out, err
}

// privacyNotice is the notice with the periods in force.
func privacyNotice(keep config.Retention) (n identity.Notice, err error) {
	in, err := config.LoadPrivacy()
	in = in.In(keep)
	n.Version = in.Version
	for _, s := range in.Sections {
		n.Sections = append(n.Sections, identity.Section(s))
	}
	for _, c := range in.Consents {
		n.Consents = append(n.Consents, identity.ConsentWords{Kind: identity.ConsentKind(c.Kind), Version: c.Version, Title: c.Title, Text: c.Text, Without: c.Without})
	}
	return n, err
}

// Close ends what Build opened.
func (a *App) Close() error {
	if a.standIn != nil {
		a.standIn.Close()
	}
	var err error
	if a.files != nil {
		err = a.files.Close()
	}
	return errors.Join(err, a.Store.Close())
}

// Serve listens and works until ctx ends; then it takes no new request, lets those
// under way finish within the grace, and stops the timed work.
func (a *App) Serve(ctx context.Context, listening func(address string)) error {
	main, err := listen(ctx, "listen", a.cfg.Listen)
	if err != nil {
		return err
	}
	servers := []*http.Server{{Handler: a.Handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}}
	failed := make(chan error, 2)
	serve := func(s *http.Server, l net.Listener) { go func() { failed <- s.Serve(l) }() }
	serve(servers[0], main)
	if a.cfg.MetricsListen != "" {
		metrics, err := listen(ctx, "metrics_listen", a.cfg.MetricsListen)
		if err != nil {
			return errors.Join(err, servers[0].Close())
		}
		servers = append(servers, a.metricsServer())
		serve(servers[1], metrics)
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	worked := make(chan struct{})
	go func() { defer close(worked); jobs.Run(working, a.log, a.metrics.TaskEnded, a.tasks()...) }()

	listening(main.Addr().String())
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	err = errors.Join(err, a.drain(servers))
	stop()
	<-worked
	return err
}

// startLine says in one line what has started: version, database, its schema, WeChat, and who may sign in.
func (a *App) startLine(ctx context.Context) (string, error) {
	logins, err := a.Identity.CountLogins(ctx)
	if err != nil {
		return "", err
	}
	who := fmt.Sprintf("%d with a password", logins)
	wechat := "WeChat is not set up (wechat.app_id)"
	if a.cfg.WeChat.AppID != "" {
		who, wechat = who+", everybody by WeChat", "WeChat is set up"
	}
	if a.cfg.Demo {
		who = "anybody, as anybody (demo)"
	} else if logins == 0 {
		who += "; make the first with: yimi admin"
	}
	return fmt.Sprintf("%s; %v, schema %d; %s; may sign in: %s", version.String(), a.cfg.Database, a.Store.Schema(), wechat, who), nil
}

// listen opens the address that a setting names.
func listen(ctx context.Context, setting, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		err = fmt.Errorf("%s: %w; write another address, or stop what is there", setting, err)
	}
	return l, err
}

func (a *App) drain(servers []*http.Server) (err error) {
	grace, cancel := context.WithTimeout(context.Background(), a.cfg.ShutdownGrace)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(grace))
	}
	return err
}

func (a *App) tasks() []jobs.Task {
	tasks := []jobs.Task{
		{Name: "close", Every: time.Minute, Do: a.FinishClosings},
		{Name: "prune", Every: time.Hour, Do: a.Prune},
		{Name: "count", Every: time.Hour, Do: a.Store.CountRows},
		{Name: "keys", Every: time.Minute, Do: func(context.Context) error { return a.box.Reload() }},
	}
	for _, f := range a.features {
		tasks = append(tasks, f.Tasks...)
	}
	if a.cfg.Demo {
		tasks = append(tasks, jobs.Task{Name: "demo", Every: time.Minute, Do: a.keepDemoAlive})
	}
	return tasks
}
