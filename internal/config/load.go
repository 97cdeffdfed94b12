package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"strconv"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

const (
	envPrefix = "YIMI_"

	// testPrefix marks variables for the tests themselves; they are no settings.
	testPrefix = "YIMI_TEST_"

	// configFlag names the YAML file, as does YIMI_CONFIG.
	configFlag = "config"
)

// Load reads the settings: the defaults, the YAML file that --config or
// YIMI_CONFIG names, the YIMI_* variables of environ ("KEY=value", as from
// os.Environ), and the flags in args (without the program's name and command).
// The error names every fault at once, one on a line.
func Load(args, environ []string) (Config, error) {
	flags := Flags()
	if err := flags.Parse(args); err != nil {
		return Config{}, err
	}
	return Read(flags, environ)
}

// Read is Load for flags that are parsed already; those that are no settings are somebody else's.
func Read(flags *pflag.FlagSet, environ []string) (Config, error) {
	var l loader
	l.merged = koanf.New(".")
	l.readFile(configFile(flags, environ))
	l.readEnv(environ)
	l.readFlags(flags)
	c := l.decoded()
	l.faults = append(l.faults, c.faults()...)
	if err := l.faults.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// Usage describes the flags.
func Usage() string { return Flags().FlagUsages() }

// Flags are the settings that have a flag, and --config.
func Flags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("yimi", pflag.ContinueOnError)
	flags.Usage = func() {}
	flags.SortFlags = false
	flags.String(configFlag, "", "YAML file of settings; configs/yimi.example.yaml has them all")
	c := Default()
	for _, s := range settings {
		switch v := s.field(&c).(type) {
		case *bool:
			flags.Bool(s.flag(), *v, s.usage)
		default:
			if s.usage != "" {
				flags.String(s.flag(), text(v), s.usage)
			}
		}
	}
	return flags
}

func configFile(flags *pflag.FlagSet, environ []string) string {
	if path, _ := flags.GetString(configFlag); path != "" {
		return path
	}
	for _, kv := range environ {
		if path, ok := strings.CutPrefix(kv, envPrefix+"CONFIG="); ok {
			return path
		}
	}
	return ""
}

// loader gathers what was set, and what is wrong with it.
type loader struct {
	merged *koanf.Koanf
	faults faults
}

func (l *loader) readFile(path string) {
	if path == "" {
		return
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		l.faults.add(configFlag, fmt.Sprintf("%s cannot be read: %v", path, err), "write the path of a YAML file, as configs/yimi.example.yaml is one")
		return
	}
	for name, value := range k.All() {
		if _, ok := find(name); !ok && !emptyGroup(name, value) {
			l.faults.add(name, "is no setting (in "+path+")", "take the line out, or see configs/yimi.example.yaml for the name")
			k.Delete(name)
		}
	}
	l.merge(k)
}

// emptyGroup tells whether a name stands for a group of settings with nothing in it.
func emptyGroup(name string, value any) bool {
	if group, isMap := value.(map[string]any); value != nil && (!isMap || len(group) > 0) {
		return false
	}
	for _, s := range settings {
		if strings.HasPrefix(s.name, name+".") {
			return true
		}
	}
	return false
}

func (l *loader) readEnv(environ []string) {
	byEnv := map[string]string{}
	for _, s := range settings {
		byEnv[s.env()] = s.name
	}
	k := koanf.New(".")
	err := k.Load(env.Provider(".", env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(key, value string) (string, any) {
			name, ok := byEnv[key]
			if !ok && key != envPrefix+"CONFIG" && !strings.HasPrefix(key, testPrefix) {
				l.faults.add(key, "is no setting (in the environment)", "unset it, or see configs/yimi.example.yaml for the name")
			}
			return name, value
		},
	}), nil)
	l.must(err)
	l.merge(k)
}

func (l *loader) readFlags(flags *pflag.FlagSet) {
	byFlag := map[string]string{}
	for _, s := range settings {
		byFlag[s.flag()] = s.name
	}
	k := koanf.New(".")
	l.must(k.Load(posflag.ProviderWithValue(flags, ".", nil, func(flag, value string) (string, any) {
		return byFlag[flag], value
	}), nil))
	l.merge(k)
}

func (l *loader) merge(k *koanf.Koanf) { l.must(l.merged.Merge(k)) }

// must keeps an error that these providers have no reason to give.
func (l *loader) must(err error) {
	if err != nil {
		l.faults = append(l.faults, err)
	}
}

// decoded lays what was set over the defaults; a setting that cannot be read keeps its default.
func (l *loader) decoded() Config {
	c := Default()
	for _, s := range settings {
		if !l.merged.Exists(s.name) {
			continue
		}
		if err := decode(s.field(&c), l.merged.Get(s.name)); err != nil {
			l.faults = append(l.faults, fmt.Errorf("%s: %w", s.name, err))
		}
	}
	if !l.merged.Exists("metrics_listen") {
		c.MetricsListen = besides(c.Listen)
	}
	return c
}

// metricsBeside is how far the port of the metrics is from that of the pages, unless it is set: two servers on
// one machine then differ in both by differing in one.
const metricsBeside = 1000

// besides is the address of the metrics for a server at the address.
func besides(listen string) string {
	_, text, err := net.SplitHostPort(listen)
	port, parseErr := strconv.ParseUint(text, 10, 16)
	switch {
	case err != nil || parseErr != nil: // which is a fault of its own
		return Default().MetricsListen
	case port == 0:
		return "127.0.0.1:0"
	case port+metricsBeside > math.MaxUint16:
		port -= 2 * metricsBeside
	}
	return fmt.Sprintf("127.0.0.1:%d", port+metricsBeside)
}

func find(name string) (setting, bool) {
	for _, s := range settings {
		if s.name == name {
			return s, true
		}
	}
	return setting{}, false
}

// faults is what is wrong with the settings, a line each.
type faults []error

func (f *faults) add(name, wrong, write string) {
	*f = append(*f, fmt.Errorf("%s: %s; %s", name, wrong, write))
}

func (f faults) err() error { return errors.Join(f...) }
