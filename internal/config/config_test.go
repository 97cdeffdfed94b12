package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"yimi/internal/config"
)

const (
	keyA = "a:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	keyB = "b:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
	keyC = "c:AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="
)

func yamlFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "yimi.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustLoad(t *testing.T, args, environ []string) config.Config {
	t.Helper()
	c, err := config.Load(args, environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNothingSetIsTheDefault(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, nil, []string{"PATH=/bin", "YIMI_TEST_MYSQL=x"})
	if !reflect.DeepEqual(c, config.Default()) {
		t.Errorf("got %v", c)
	}
	if c.Listen != "127.0.0.1:8080" || c.Database != "sqlite:./data/yimi.db" || c.Token.RefreshTTL != 720*time.Hour ||
		c.Limits.CancelNotice != 4*time.Hour || c.MaxBodyBytes != 262144 {
		t.Errorf("defaults are not those of the design: %v", c)
	}
}

// Two servers that differ in listen alone start on one machine.
func TestTheMetricsStandBesideThePages(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{"127.0.0.1:8080": "127.0.0.1:9080", ":9000": "127.0.0.1:10000", "127.0.0.1:0": "127.0.0.1:0", "127.0.0.1:65535": "127.0.0.1:64535"} {
		if c := mustLoad(t, []string{"--listen=" + listen}, nil); c.MetricsListen != want {
			t.Errorf("beside %s: %s, want %s", listen, c.MetricsListen, want)
		}
	}
	if c := mustLoad(t, []string{"--metrics-listen="}, nil); c.MetricsListen != "" {
		t.Error("off is not off")
	}
}

// The example has every setting, at its default, so that it can be believed.
func TestExampleHasEverySettingAtItsDefault(t *testing.T) {
	t.Parallel()
	const path = "../../configs/yimi.example.yaml"
	if c := mustLoad(t, []string{"--config", path}, nil); !reflect.DeepEqual(c, config.Default()) {
		t.Errorf("the example changes a default: %v", c)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range config.Names() {
		leaf := name[strings.LastIndexByte(name, '.')+1:]
		if !strings.Contains("\n"+strings.ReplaceAll(strings.ReplaceAll(string(text), "\n  ", "\n"), "\n  ", "\n"), "\n"+leaf+":") {
			t.Errorf("%s is not in the example", name)
		}
	}
}

func TestFlagOverEnvironmentOverFile(t *testing.T) {
	t.Parallel()
	path := yamlFile(t, `
log_level: debug
data_dir: ./a
max_body_bytes: 4096
token: {access_ttl: 5m, refresh_ttl: 7d}
proxies: [10.0.0.0/8, "::1"]
hosts: [yimi.example.org]
wechat:
`)
	c := mustLoad(t,
		[]string{"--config=" + path, "--token.access-ttl=7m", "--demo"},
		[]string{"YIMI_TOKEN_ACCESS_TTL=6m", "YIMI_DATA_DIR=./b", "YIMI_METRICS_LISTEN=", "YIMI_DEMO_PUBLIC=true"})
	want := config.Default()
	want.LogLevel, want.DataDir, want.MaxBodyBytes, want.MetricsListen = "debug", "./b", 4096, ""
	want.Token = config.Token{AccessTTL: 7 * time.Minute, RefreshTTL: 7 * 24 * time.Hour}
	want.Proxies, want.Hosts = []string{"10.0.0.0/8", "::1"}, []string{"yimi.example.org"}
	want.Demo, want.DemoPublic = true, true
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got\n%v\nwant\n%v", c, want)
	}
	if c := mustLoad(t, nil, []string{"YIMI_CONFIG=" + path}); c.LogLevel != "debug" {
		t.Error("YIMI_CONFIG is not read")
	}
	if c := mustLoad(t, nil, []string{"YIMI_PROXIES=10.0.0.1, 10.0.0.2", "YIMI_HOSTS=yimi.example.org"}); len(c.Proxies) != 2 {
		t.Errorf("a list in the environment: %q", c.Proxies)
	}
}

// Every setting can be set from the environment, and all but the secret ones by flag.
func TestEverySettingHasItsDoors(t *testing.T) {
	t.Parallel()
	usage := config.Usage()
	for _, name := range config.Names() {
		env := "YIMI_" + strings.ToUpper(strings.ReplaceAll(name, ".", "_")) + "=\x00"
		if _, err := config.Load(nil, []string{env}); err != nil && strings.Contains(err.Error(), "no setting") {
			t.Errorf("%s from the environment: %v", name, err)
		}
		secret := strings.HasPrefix(name, "keys.") && name != "keys.cipher" || name == "wechat.secret"
		flag := regexp.MustCompile(`(?m)^ +--` + regexp.QuoteMeta(strings.ReplaceAll(name, "_", "-")) + `[ \[]`)
		if there := flag.MatchString(usage); there == secret {
			t.Errorf("%s: has a flag is %v, is a secret is %v", name, there, secret)
		}
	}
	if _, err := config.Load([]string{"--help"}, nil); !errors.Is(err, pflag.ErrHelp) {
		t.Errorf("--help: %v", err)
	}
}

// faultLines checks that each line of the error has the form "name: wrong; write", and gives the names.
func faultLines(t *testing.T, err error) map[string]string {
	t.Helper()
	if err == nil {
		t.Fatal("no fault found")
	}
	lines := map[string]string{}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		name, rest, ok := strings.Cut(line, ": ")
		if !ok || !strings.Contains(rest, "; ") {
			t.Errorf("not of the form `name: what is wrong; what to write`: %s", line)
		}
		lines[name] += rest
	}
	return lines
}

func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	path := yamlFile(t, `
listen: nowhere
metrics_listen: 9090
database: postgres://x
data_dir: ""
log_level: loud
shutdown_grace: 15
max_body_bytes: many
proxies: [not-an-ip]
hosts: ["https://x"]
servers: 0
demo_public: true
keys:
  access_tokens: ["a:dG9vLXNob3J0"]
  checkin: no-colon
  fields: ["`+keyA+`", "`+keyA+`"]
  cipher: rot13
token: {access_ttl: 2h, refresh_ttl: 1h}
wechat: {app_id: gh_123, secret: shhh-not-thirty-two, base_url: "ftp://x", state: beta, templates: {request_result: x, request_assigned: x,
  booking_reminder: x, signup_confirmed: x, signup_offered: x, activity_changed: x, hours_credited: x, dispute_answered: x, shift_reminder: x}}
limits:
  cancel_notice: -4h
  promotion_confirm: soon
  checkin_window: 48h
  late_checkin: 90d
  code_step: 1s
  slot_hold: 30d
  opens_at: 25h
  closes_at: -1h
  daily_cap: 25h
  bookings_of_one: -1
  bookings_by_one: -1
  reschedules: -1
  grant_ripens: 90m
  accuracy_metres: 1.5
  quiet_from: 25h
  quiet_until: 24h
  remind_evening: 3d
  rate: {person_reads: -1, person_writes: -1, person_uploads: -1, person_exports: -1, address_requests: -1, address_logins: -1}
  colour: red
retention: {requests: 2h, records: 1h, drafts: -1d, notices: soon, looks: 99999d, sessions: 1h}
colour: red
`)
	_, err := config.Load([]string{"--config=" + path}, []string{"YIMI_LISTNE=:80", "YIMI_DEMO=perhaps"})
	got := faultLines(t, err)
	for _, name := range append(config.Names(), "colour", "limits.colour", "YIMI_LISTNE") {
		if _, ok := got[name]; !ok && name != "token.access_ttl" { // which is right
			t.Errorf("%s: its fault is not told", name)
		}
	}
	for _, secret := range []string{"dG9vLXNob3J0", "AQEBAQEB", "shhh"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the faults show a secret: %s", secret)
		}
	}
}

func TestSingleFaults(t *testing.T) {
	t.Parallel()
	const mysql = "YIMI_DATABASE=mysql:yimi:pw@tcp(db:3306)/yimi"
	for name, try := range map[string]struct {
		args, environ []string
		yaml          string
		want          []string // names of the faults; none: accepted
	}{
		"demo on every interface":        {args: []string{"--demo", "--listen=:8080"}, want: []string{"listen"}},
		"demo on the network":            {args: []string{"--demo", "--listen=10.1.2.3:8080"}, want: []string{"listen"}},
		"demo on a name":                 {args: []string{"--demo", "--listen=example.org:8080"}, want: []string{"listen"}},
		"demo told twice":                {args: []string{"--demo", "--demo-public", "--listen=:8080"}},
		"demo on loopback":               {args: []string{"--demo", "--listen=localhost:0"}},
		"demo on loopback, version 6":    {args: []string{"--demo", "--listen=[::1]:8080"}},
		"demo on another loopback":       {args: []string{"--demo", "--listen=127.9.9.9:8080"}},
		"open to the network, no demo":   {args: []string{"--listen=:8080"}},
		"public without demo":            {args: []string{"--demo-public"}, want: []string{"demo_public"}},
		"a proxy without a name":         {args: []string{"--proxies=10.0.0.5"}, want: []string{"hosts"}},
		"a proxy with a name":            {args: []string{"--proxies=10.0.0.5", "--hosts=yimi.example.org"}},
		"a name of other letters":        {args: []string{"--hosts=社工.cn"}, want: []string{"hosts"}},
		"a name with a last dot":         {args: []string{"--hosts=yimi.example.org."}, want: []string{"hosts"}},
		"a name with a port":             {args: []string{"--hosts=yimi.example.org:443"}, want: []string{"hosts"}},
		"one address for two":            {args: []string{"--metrics-listen=127.0.0.1:8080"}, want: []string{"metrics_listen"}},
		"two free ports":                 {args: []string{"--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0"}},
		"port too high":                  {args: []string{"--listen=127.0.0.1:70000"}, want: []string{"listen"}},
		"mysql without keys":             {environ: []string{mysql}, want: []string{"keys.access_tokens", "keys.checkin", "keys.fields"}},
		"mysql without keys, demo":       {environ: []string{mysql, "YIMI_DEMO=1"}},
		"mysql with keys":                {environ: []string{mysql, "YIMI_KEYS_ACCESS_TOKENS=" + keyA, "YIMI_KEYS_CHECKIN=" + keyB, "YIMI_KEYS_FIELDS=" + keyC}},
		"mysql without a name":           {environ: []string{"YIMI_DATABASE=mysql:yimi", "YIMI_DEMO=1"}, want: []string{"database"}},
		"one key for two":                {environ: []string{"YIMI_KEYS_ACCESS_TOKENS=" + keyA, "YIMI_KEYS_CHECKIN=" + keyB + ",z" + keyA}, want: []string{"keys.checkin"}},
		"one id twice":                   {environ: []string{"YIMI_KEYS_FIELDS=" + keyA + ",a" + keyB[1:]}, want: []string{"keys.fields"}},
		"wechat without secret":          {environ: []string{"YIMI_WECHAT_APP_ID=wx0123456789abcdef"}, want: []string{"wechat.secret"}},
		"secret without wechat":          {environ: []string{"YIMI_WECHAT_SECRET=" + strings.Repeat("a", 32)}, want: []string{"wechat.app_id"}},
		"wechat":                         {environ: []string{"YIMI_WECHAT_APP_ID=wx0123456789abcdef", "YIMI_WECHAT_SECRET=" + strings.Repeat("a", 32)}},
		"stand-in outside demo":          {args: []string{"--wechat.base-url=http://127.0.0.1:1"}, want: []string{"wechat.base_url"}},
		"stand-in in demo":               {args: []string{"--wechat.base-url=http://127.0.0.1:1", "--demo"}},
		"unknown flag":                   {args: []string{"--colour=red"}, want: []string{"unknown flag"}},
		"no such file":                   {args: []string{"--config=/nowhere/yimi.yaml"}, want: []string{"config"}},
		"not YAML":                       {yaml: "listen: [", want: []string{"config"}},
		"group is text":                  {yaml: "wechat: on", want: []string{"wechat"}},
		"setting is a group":             {yaml: "listen: {host: x}", want: []string{"listen.host"}},
		"setting without a value":        {yaml: "listen:", want: []string{"listen"}},
		"wrong case":                     {yaml: "Listen: 127.0.0.1:1", want: []string{"Listen"}},
		"config inside the file":         {yaml: "config: x.yaml", want: []string{"config"}},
		"empty file":                     {yaml: "# nothing\n"},
		"dotted name":                    {yaml: "limits.code_step: 5s", want: []string{"limits.code_step"}},
		"refresh no longer than access":  {args: []string{"--token.access-ttl=1h", "--token.refresh-ttl=1h"}, want: []string{"token.refresh_ttl"}},
		"step that is no whole second":   {args: []string{"--limits.code-step=30500ms"}, want: []string{"limits.code_step"}},
		"number too large for the field": {args: []string{"--limits.accuracy-metres=99999999999"}, want: []string{"limits.accuracy_metres"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := try.args
			if try.yaml != "" {
				args = append(args, "--config="+yamlFile(t, try.yaml))
			}
			_, err := config.Load(args, try.environ)
			if len(try.want) == 0 {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if name == "unknown flag" { // pflag's own words
				if err == nil || !strings.Contains(err.Error(), "unknown flag: --colour") {
					t.Errorf("got %v", err)
				}
				return
			}
			got := faultLines(t, err)
			for _, w := range try.want {
				if _, ok := got[w]; !ok || len(got) != len(try.want) {
					t.Errorf("got %v, want %v", err, try.want)
				}
			}
		})
	}
}

func TestServersShareTheRate(t *testing.T) {
	t.Parallel()
	whole := config.Rate{PersonReads: 600, PersonWrites: 100, PersonUploads: 2, PersonExports: 30, AddressRequests: 0, AddressLogins: 4}
	if got := whole.Each(3); got != (config.Rate{PersonReads: 200, PersonWrites: 33, PersonUploads: 1, PersonExports: 10, AddressRequests: 0, AddressLogins: 1}) {
		t.Errorf("%+v", got)
	}
	if whole.Each(1) != whole {
		t.Error("one server does not take it all")
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("s3", 16)
	c := mustLoad(t, nil, []string{
		"YIMI_DATABASE=mysql:yimi:p@ss/w0rd@tcp(db:3306)/yimi?parseTime=true", "YIMI_WECHAT_APP_ID=wx0123456789abcdef",
		"YIMI_WECHAT_SECRET=" + secret, "YIMI_KEYS_ACCESS_TOKENS=" + keyA, "YIMI_KEYS_CHECKIN=" + keyB, "YIMI_KEYS_FIELDS=" + keyC,
	})
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{string(asJSON), c.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{c, &c, c.Keys, c.WeChat, c.Database, c.WeChat.Secret, c.Keys.Fields[0], []any{c}} {
			printed = append(printed, fmt.Sprintf(verb, v))
		}
	}
	for _, text := range printed {
		for _, s := range []string{secret, "w0rd", "AQEB", "AgIC", "0101", "1 1 1", "7333"} {
			if strings.Contains(text, s) {
				t.Errorf("%q shows in %s", s, text)
			}
		}
	}
	if s := c.String(); !strings.Contains(s, "mysql:***@tcp(db:3306)/yimi") || !strings.Contains(s, "a:***") {
		t.Errorf("too little is printed: %s", s)
	}
	if string(c.WeChat.Secret) != secret || !strings.Contains(string(c.Database), "p@ss/w0rd") {
		t.Error("the program itself cannot read its secrets")
	}
}

func TestStars(t *testing.T) {
	t.Parallel()
	got, err := config.Stars()
	want := []config.Star{{1, 6000}, {2, 18000}, {3, 36000}, {4, 60000}, {5, 90000}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}
