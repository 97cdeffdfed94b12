// Package config is the typed settings of the program: a YAML file, then YIMI_*
// environment variables, then flags, each over the one before.
package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Config is every setting. Its meaning, setting by setting, is in configs/yimi.example.yaml.
type Config struct {
	Listen        string
	MetricsListen string   // empty: off
	Hosts         []string // names that it answers to, beside localhost
	Database      DSN
	DataDir       string
	Demo          bool
	DemoPublic    bool
	LogLevel      string
	ShutdownGrace time.Duration
	MaxBodyBytes  int64
	Proxies       []string // addresses or prefixes that may say whom they speak for
	Servers       int      // how many servers share the work, and Limits.Rate

	Keys   Keys
	Token  Token
	WeChat WeChat
	Limits Limits

	Retention Retention
}

// Token is how long a login lasts.
type Token struct {
	AccessTTL  time.Duration
	RefreshTTL time.Duration // from the last renewal of the access token
}

// WeChat is the mini-program; no AppID means no WeChat login.
type WeChat struct {
	AppID   string
	Secret  Secret
	BaseURL string // a stand-in for WeChat, in demo mode only
	State   string // which version of the mini-program messages and codes open: formal, trial, developer

	Templates Templates
}

// Templates are the subscribe messages' templates of the back office: the id, then the
// keyword of each field; empty: the news is in the app alone (docs/wechat.md).
type Templates struct {
	RequestResult, RequestAssigned, BookingReminder string
	SignupConfirmed, SignupOffered, ActivityChanged string
	HoursCredited, DisputeAnswered, ShiftReminder   string
}

// Limits are the defaults of the rules that people argue about; a district may set its own.
type Limits struct {
	CancelNotice     time.Duration
	PromotionConfirm time.Duration
	CheckinWindow    time.Duration
	LateCheckin      time.Duration
	CodeStep         time.Duration
	DailyCap         time.Duration // more of a person's hours on one day need somebody of the district
	SlotHold         time.Duration
	OpensAt          time.Duration // since midnight: from when a station answers that says no hours of its own
	ClosesAt         time.Duration
	BookingsOfOne    int           // times to come that one beneficiary has at once; 0: any number
	BookingsByOne    int           // that one account has for everybody it asks for
	Reschedules      int           // changes of one request's time by who asked
	GrantRipens      time.Duration // a role given by an admin makes a second hand after so long, or when another admin confirms it
	AccuracyMetres   int           // a location less accurate than this goes to the staff's attention
	QuietFrom        time.Duration // since midnight: from then on no message goes out that can wait
	QuietUntil       time.Duration // since midnight; the same as QuietFrom: at any hour
	RemindEvening    time.Duration // since midnight: when people are reminded of the shifts of the next day
	Rate             Rate
}

// Rate is how many requests all servers together take in a minute, and in one moment; 0: any number.
type Rate struct {
	PersonReads, PersonWrites, PersonUploads, PersonExports int // of one person
	AddressRequests, AddressLogins                          int // of one network address, behind which a whole school may sit
}

const (
	day  = 24 * time.Hour
	year = 366 * day
)

// Retention is how long things are kept; 0 keeps for ever (个人信息保护法 Art 19).
type Retention struct {
	Requests time.Duration // words, names, messages and files of a request, after its end
	Records  time.Duration // notes of the professionals and service records, after the request's end
	Drafts   time.Duration // of requests, never submitted
	Notices  time.Duration
	Looks    time.Duration // who looked at a request
	Sessions time.Duration // after they ran out
}

// Each is the part of one server when several share the work: never none, and together
// never more than the whole, but where the whole is less than one for each.
func (r Rate) Each(servers int) Rate {
	part := func(whole int) int {
		if whole == 0 {
			return 0 // any number
		}
		return max(1, whole/servers)
	}
	return Rate{PersonReads: part(r.PersonReads), PersonWrites: part(r.PersonWrites), PersonUploads: part(r.PersonUploads), PersonExports: part(r.PersonExports),
		AddressRequests: part(r.AddressRequests), AddressLogins: part(r.AddressLogins)}
}

// Default gives the settings that hold when nothing is set.
func Default() Config {
	return Config{
		Listen:        "127.0.0.1:8080",
		MetricsListen: "127.0.0.1:9080",
		Database:      "sqlite:./data/yimi.db",
		DataDir:       "./data",
		LogLevel:      "info",
		ShutdownGrace: 15 * time.Second,
		MaxBodyBytes:  256 << 10,
		Servers:       1,
		Keys:          Keys{Cipher: "aes"},
		WeChat:        WeChat{State: "formal"},
		Token:         Token{AccessTTL: 15 * time.Minute, RefreshTTL: 30 * 24 * time.Hour},
		Limits: Limits{
			CancelNotice:     4 * time.Hour,
			PromotionConfirm: 2 * time.Hour,
			CheckinWindow:    30 * time.Minute,
			LateCheckin:      2 * time.Hour,
			CodeStep:         30 * time.Second,
			DailyCap:         16 * time.Hour,
			SlotHold:         15 * time.Minute,
			OpensAt:          8*time.Hour + 30*time.Minute,
			ClosesAt:         17*time.Hour + 30*time.Minute,
			BookingsOfOne:    5,
			BookingsByOne:    10,
			Reschedules:      3,
			GrantRipens:      72 * time.Hour,
			AccuracyMetres:   100,
			QuietFrom:        22 * time.Hour,
			QuietUntil:       7 * time.Hour,
			RemindEvening:    18 * time.Hour,
			Rate:             Rate{PersonReads: 600, PersonWrites: 120, PersonUploads: 30, PersonExports: 20, AddressRequests: 12_000, AddressLogins: 1200},
		},
		Retention: Retention{Requests: 3 * year, Records: 5 * year, Drafts: 90 * day, Notices: year, Looks: 3 * year, Sessions: 30 * day},
	}
}

// Templates are the settings of the subscribe messages' templates by the name of the message.
func (c *Config) Templates() map[string]*string {
	out := map[string]*string{}
	for _, s := range settings {
		if name, ok := strings.CutPrefix(s.name, "wechat.templates."); ok {
			out[name] = s.field(c).(*string)
		}
	}
	return out
}

// setting ties a name to the field it fills.
type setting struct {
	name  string // dotted, as in YAML
	field func(*Config) any
	usage string // of its flag; empty: no flag, for a command line is open to every user of the machine
}

// settings is the one list of them all: YAML, environment, flags and printing follow it.
var settings = []setting{
	{name: "listen", field: func(c *Config) any { return &c.Listen }, usage: "address of the API and the pages"},
	{name: "metrics_listen", field: func(c *Config) any { return &c.MetricsListen }, usage: "address of the metrics; empty: none; not set: this machine alone, the port of listen plus 1000"},
	{name: "hosts", field: func(c *Config) any { return &c.Hosts }, usage: "names that it answers to beside localhost, with commas"},
	{name: "database", field: func(c *Config) any { return &c.Database }, usage: "sqlite:FILE, or mysql:DSN (a DSN with a password belongs in YIMI_DATABASE)"},
	{name: "data_dir", field: func(c *Config) any { return &c.DataDir }, usage: "folder of the keys and the files"},
	{name: "demo", field: func(c *Config) any { return &c.Demo }, usage: "demo mode: made-up data, logins without WeChat"},
	{name: "demo_public", field: func(c *Config) any { return &c.DemoPublic }, usage: "let demo mode listen beyond this machine"},
	{name: "log_level", field: func(c *Config) any { return &c.LogLevel }, usage: "debug, info, warn or error"},
	{name: "shutdown_grace", field: func(c *Config) any { return &c.ShutdownGrace }, usage: "time that requests under way get at a stop"},
	{name: "max_body_bytes", field: func(c *Config) any { return &c.MaxBodyBytes }, usage: "largest body of a request"},
	{name: "proxies", field: func(c *Config) any { return &c.Proxies }, usage: "trusted proxies: addresses or prefixes, with commas"},
	{name: "servers", field: func(c *Config) any { return &c.Servers }, usage: "how many servers share the work: each takes its part of limits.rate"},
	{name: "keys.access_tokens", field: func(c *Config) any { return &c.Keys.AccessTokens }},
	{name: "keys.checkin", field: func(c *Config) any { return &c.Keys.Checkin }},
	{name: "keys.fields", field: func(c *Config) any { return &c.Keys.Fields }},
	{name: "keys.cipher", field: func(c *Config) any { return &c.Keys.Cipher }, usage: "what private fields are encrypted by: aes or sm4"},
	{name: "token.access_ttl", field: func(c *Config) any { return &c.Token.AccessTTL }, usage: "life of an access token"},
	{name: "token.refresh_ttl", field: func(c *Config) any { return &c.Token.RefreshTTL }, usage: "life of a login that is not used"},
	{name: "wechat.app_id", field: func(c *Config) any { return &c.WeChat.AppID }, usage: "the mini-program's AppID"},
	{name: "wechat.secret", field: func(c *Config) any { return &c.WeChat.Secret }},
	{name: "wechat.base_url", field: func(c *Config) any { return &c.WeChat.BaseURL }, usage: "a stand-in for WeChat, in demo mode"},
	{name: "wechat.state", field: func(c *Config) any { return &c.WeChat.State }, usage: "version of the mini-program that messages and codes open: formal, trial or developer"},
	{name: "wechat.templates.request_result", field: func(c *Config) any { return &c.WeChat.Templates.RequestResult }, usage: "subscribe template: its id and keywords"},
	{name: "wechat.templates.request_assigned", field: func(c *Config) any { return &c.WeChat.Templates.RequestAssigned }, usage: "subscribe template: its id and keywords"},
	{name: "wechat.templates.booking_reminder", field: func(c *Config) any { return &c.WeChat.Templates.BookingReminder }, usage: "subscribe template: its id and keywords"},
	{name: "wechat.templates.signup_confirmed", field: func(c *Config) any { return &c.WeChat.Templates.SignupConfirmed }, usage: "subscribe template: its id and keywords"},
	{name: "wechat.templates.signup_offered", field: func(c *Config) any { return &c.WeChat.Templates.SignupOffered }, usage: "subscribe template: its id and keywords"},
	{name: "wechat.templates.activity_changed", field: func(c *Config) any { return &c.WeChat.Templates.ActivityChanged }, usage: "subscribe template: its id and keywords"},
	{name: "wechat.templates.hours_credited", field: func(c *Config) any { return &c.WeChat.Templates.HoursCredited }, usage: "subscribe template: its id and keywords"},
	{name: "wechat.templates.dispute_answered", field: func(c *Config) any { return &c.WeChat.Templates.DisputeAnswered }, usage: "subscribe template: its id and keywords"},
	{name: "wechat.templates.shift_reminder", field: func(c *Config) any { return &c.WeChat.Templates.ShiftReminder }, usage: "subscribe template: its id and keywords"},
	{name: "limits.cancel_notice", field: func(c *Config) any { return &c.Limits.CancelNotice }, usage: "latest time to cancel before a shift"},
	{name: "limits.promotion_confirm", field: func(c *Config) any { return &c.Limits.PromotionConfirm }, usage: "time to accept a place from the waitlist"},
	{name: "limits.checkin_window", field: func(c *Config) any { return &c.Limits.CheckinWindow }, usage: "check-in opens and closes this long before and after a shift"},
	{name: "limits.late_checkin", field: func(c *Config) any { return &c.Limits.LateCheckin }, usage: "how late a check-in made without a signal may arrive"},
	{name: "limits.code_step", field: func(c *Config) any { return &c.Limits.CodeStep }, usage: "how often the check-in code changes"},
	{name: "limits.daily_cap", field: func(c *Config) any { return &c.Limits.DailyCap }, usage: "a person's hours on one day beyond which the district must approve"},
	{name: "limits.slot_hold", field: func(c *Config) any { return &c.Limits.SlotHold }, usage: "how long a submitted booking holds its slot at least"},
	{name: "limits.opens_at", field: func(c *Config) any { return &c.Limits.OpensAt }, usage: "from when, since midnight, a station answers that says no hours of its own"},
	{name: "limits.closes_at", field: func(c *Config) any { return &c.Limits.ClosesAt }, usage: "until when, since midnight, such a station answers"},
	{name: "limits.bookings_of_one", field: func(c *Config) any { return &c.Limits.BookingsOfOne }, usage: "times to come that one beneficiary has at once; 0: any number"},
	{name: "limits.bookings_by_one", field: func(c *Config) any { return &c.Limits.BookingsByOne }, usage: "times to come that one account has for everybody it asks for; 0: any number"},
	{name: "limits.reschedules", field: func(c *Config) any { return &c.Limits.Reschedules }, usage: "changes of one request's time by who asked; 0: any number"},
	{name: "limits.grant_ripens", field: func(c *Config) any { return &c.Limits.GrantRipens }, usage: "how long until a role given by an admin makes a second hand unconfirmed"},
	{name: "limits.accuracy_metres", field: func(c *Config) any { return &c.Limits.AccuracyMetres }, usage: "worst accuracy of a location that needs no look"},
	{name: "limits.quiet_from", field: func(c *Config) any { return &c.Limits.QuietFrom }, usage: "time of day, since midnight, from which no message goes out that can wait"},
	{name: "limits.quiet_until", field: func(c *Config) any { return &c.Limits.QuietUntil }, usage: "time of day, since midnight, until which no message goes out that can wait"},
	{name: "limits.remind_evening", field: func(c *Config) any { return &c.Limits.RemindEvening }, usage: "time of day, since midnight, at which people are reminded of the next day's shifts"},
	{name: "retention.requests", field: func(c *Config) any { return &c.Retention.Requests }, usage: "how long words, names and files of an ended request are kept; 0: for ever"},
	{name: "retention.records", field: func(c *Config) any { return &c.Retention.Records }, usage: "how long case notes and service records of an ended request are kept; 0: for ever"},
	{name: "retention.drafts", field: func(c *Config) any { return &c.Retention.Drafts }, usage: "how long a draft that is never submitted is kept; 0: for ever"},
	{name: "retention.notices", field: func(c *Config) any { return &c.Retention.Notices }, usage: "how long notices are kept; 0: for ever"},
	{name: "retention.looks", field: func(c *Config) any { return &c.Retention.Looks }, usage: "how long it is kept who looked at a request; 0: for ever"},
	{name: "retention.sessions", field: func(c *Config) any { return &c.Retention.Sessions }, usage: "how long sessions are kept that ran out; 0: for ever"},
	{name: "limits.rate.person_reads", field: func(c *Config) any { return &c.Limits.Rate.PersonReads }, usage: "readings of one person in a minute; 0: any number"},
	{name: "limits.rate.person_writes", field: func(c *Config) any { return &c.Limits.Rate.PersonWrites }, usage: "writings of one person in a minute; 0: any number"},
	{name: "limits.rate.person_uploads", field: func(c *Config) any { return &c.Limits.Rate.PersonUploads }, usage: "uploads of one person in a minute; 0: any number"},
	{name: "limits.rate.person_exports", field: func(c *Config) any { return &c.Limits.Rate.PersonExports }, usage: "archives, reports and posters made for one person in a minute; 0: any number"},
	{name: "limits.rate.address_requests", field: func(c *Config) any { return &c.Limits.Rate.AddressRequests }, usage: "requests from one address in a minute; 0: any number"},
	{name: "limits.rate.address_logins", field: func(c *Config) any { return &c.Limits.Rate.AddressLogins }, usage: "logins from one address in a minute; 0: any number"},
}

// env is the setting's environment variable.
func (s setting) env() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.name, ".", "_"))
}

// flag is the setting's flag.
func (s setting) flag() string { return strings.ReplaceAll(s.name, "_", "-") }

// String lists every setting, secrets left out.
func (c Config) String() string {
	var b strings.Builder
	for _, s := range settings {
		_, _ = fmt.Fprintf(&b, "%s: %v\n", s.name, reflect.ValueOf(s.field(&c)).Elem())
	}
	return b.String()
}

// Format prints what String does, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, c.String()) }
