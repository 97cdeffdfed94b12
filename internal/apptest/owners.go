package apptest

import (
	"regexp"
	"runtime"
	"strings"
	"sync"

	"yimi/internal/app"
)

var (
	namesTable = regexp.MustCompile("(?i)\\b(?:FROM|JOIN|INTO|UPDATE)\\s+[`\"]?([a-z_]+)")
	writesTo   = regexp.MustCompile("(?i)^(?:INSERT\\s+(?:OR\\s+\\w+\\s+|IGNORE\\s+)?INTO|REPLACE\\s+INTO|UPDATE|DELETE\\s+FROM)\\s+[`\"]?([a-z_]+)")
)

// everywhere are the packages that go over all tables, with why.
var everywhere = map[string]string{
	"app":    "the demo, rotation of keys, what the tests' settings need",
	"city":   "makes a whole city",
	"backup": "copies everything",
}

// ground are the tables that packages which are no feature touch, with why.
var ground = map[string]map[string]string{
	"scope": {"units": "what lies under what"},
	"human": {"people": "a row to queue at, and what tells whose it is", "person_duplicates": "which accounts are one human's", "guardianships": "who guards whom", "declared_relations": "who is related to whom",
		"wechat_identities": "one WeChat user is one human", "password_logins": "a password that somebody else set gives no second hand", "role_grants": "a fresh role gives no second hand",
		"grant_changes": "nor one that the proposer gave", "units": "where a role is held"},
}

// territory is who owns each table, and who else reads it.
var territory = sync.OnceValues(func() (owner map[string]string, reads map[string]map[string]string) {
	owner, reads = map[string]string{}, map[string]map[string]string{}
	for _, f := range app.Declared() {
		reads[f.Name] = f.Reads
		for _, t := range f.Tables {
			owner[t.Name] = f.Name
		}
	}
	return owner, reads
})

// watch holds every statement that the program makes in a test against the tables that its
// package may touch: its own, the store's, and those of others that its feature says it reads.
type watch struct {
	mu    sync.Mutex
	wrong []string
}

// seen are the statements that were judged, in whatever test.
var seen sync.Map

func (w *watch) see(sql string, _ []any, _ int64) {
	if _, judged := seen.LoadOrStore(sql, true); judged {
		return
	}
	if pkg, function := caller(); pkg != "" && everywhere[pkg] == "" {
		if table, how := trespass(pkg, sql); table != "" {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.wrong = append(w.wrong, function+" "+how+" "+table+", which is another feature's: let a function of that one do it"+map[bool]string{true: ", or say in " + pkg + "'s feature.go why it reads it"}[how == "reads"])
		}
	}
}

// trespass is a table that the package may not touch as the statement does, and how it does.
func trespass(pkg, sql string) (table, how string) {
	owner, reads := territory()
	written := ""
	if m := writesTo.FindStringSubmatch(sql); m != nil {
		written = m[1]
	}
	for _, m := range namesTable.FindAllStringSubmatch(sql, -1) {
		switch table = m[1]; {
		case owner[table] == "" || owner[table] == pkg || owner[table] == "store" || ground[pkg][table] != "":
		case table == written:
			return table, "writes"
		case reads[pkg][table] == "":
			return table, "reads"
		}
	}
	return "", ""
}

// caller is the package, and the function, of the program that made a statement; "" for a test.
func caller() (pkg, function string) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for f, more := frames.Next(); ; f, more = frames.Next() {
		if name, ours := strings.CutPrefix(f.Function, "yimi/internal/"); ours {
			switch pkg := name[:strings.IndexAny(name, "./")]; {
			case strings.HasSuffix(pkg, "_test"), strings.HasSuffix(f.File, "_test.go"), pkg == "apptest":
				return "", ""
			case pkg != "store":
				return pkg, name
			}
		}
		if !more {
			return "", ""
		}
	}
}
