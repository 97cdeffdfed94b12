// Package feature says what a feature answers for itself: which tables are its, which of their
// columns name a person and what becomes of them, what the audit log may show of them, what
// people are told, and what it does when accounts are closed, merged and exported, when data are
// pruned and proved, and in its timed work. Each feature package gives one value of it, in its
// file feature.go; app holds the one list, in the order in which it is gone round.
package feature

import (
	"context"
	"time"

	"yimi/internal/auth"
	"yimi/internal/jobs"
	"yimi/internal/store"
	"yimi/internal/workflow"
)

// Feature is what one feature answers for. A function that it does not need is nil.
type Feature struct {
	Name      string // of its package
	Tables    []Table
	Reads     map[string]string // tables of other features that its statements read, with why; they write their own alone
	Audited   []*Audited
	Notices   []Notice
	Messages  []Message
	Workflows []workflow.Drawing

	// MayClose refuses the closing of a person's account while something has to be finished first.
	MayClose func(tx *store.Tx, personID int64) error
	// Leave gives back what somebody has taken whose account is closed: places, times. It may run again.
	Leave func(ctx context.Context, personID int64) error
	// Forget deletes what is personal of a closed account. It may run again; waits says that
	// something under way keeps a part of it back until then.
	Forget func(ctx context.Context, personID int64) (waits bool, err error)
	// Merge gives what is kept of one account to another of the same person.
	Merge func(tx *store.Tx, from, into int64) error
	// InHand says in Chinese what rests on a role that ends, and Pass passes it on.
	InHand func(tx *store.Tx, e auth.Ending) ([]string, error)
	Pass   func(tx *store.Tx, e auth.Ending) error
	// Withdrawn says, by the kind of a consent that a person withdrew, what follows for what is under way.
	Withdrawn map[string]func(tx *store.Tx, personID int64) error
	// Part is the name in an export's data.json under which Export's value stands.
	Part   string
	Export func(ctx context.Context, of Account) (any, error)
	// Files gives the files of an export, each under its name in the archive.
	Files func(ctx context.Context, personID int64, put func(name string, file []byte) error) error
	// Prunes delete what was kept long enough.
	Prunes []Prune
	// Verify proves what must always be true here (rule 15); it reports how many rows it read.
	Verify func(ctx context.Context, read func(rows int64)) (Verified, error)
	Tasks  []jobs.Task
}

// Table is one that no other feature writes.
type Table struct {
	Name   string
	People []Person
	Sealed []Sealed
	// Elsewhere are the columns called …_id that point at no table of that name, with what they point at.
	Elsewhere map[string]string
}

// Person is a column that names a person. Its rows are exported, and are gone once the account is
// closed; what is otherwise is kept, with the reason.
type Person struct {
	Column   string
	Exported string // where its rows stand in data.json: "hours.entries[]" each, "[x]" those that have an x, "[x=y]" whose x is y
	Kept     string // why rows are not exported, or, with Exported, why they outlive the account
}

// Sealed is a column whose values are sealed, each under Prefix and what the Named columns of its
// row hold, with / between.
type Sealed struct {
	Column string
	Prefix string
	Named  []string // one or two
	Index  *Index
}

// Index is the keyed hash beside a sealed column: of its value, behind that of another column and
// a colon if there is one.
type Index struct{ Column, Kind, Behind string }

// Audited is a kind of records that the audit log has lines of. Of a column that is not named in
// Shown the log keeps only that it changed.
type Audited struct {
	Entity  string                // "shift"
	Said    string                // in Chinese
	Shown   map[string]string     // the columns whose values an admin needs to see, each with its word in Chinese
	Hidden  map[string]string     // words of columns whose values stay unseen
	Values  map[string]string     // words of values: states, kinds
	NamedBy string                // "campaigns.name": what such a record is called by; "" where it has no name of its own
	Name    func(id int64) string // what it is called where the id says it
}

// Tone is how a kind of notices looks beside its picture.
type Tone string

// The tones.
const (
	Good  Tone = "green" // something went well, or goes on
	Asks  Tone = "warm"  // something to look at or to do
	Quiet Tone = "quiet" // something is over
)

// Notice is a kind of notices in the app, and the one place that says how it looks and where a tap
// on it leads.
type Notice struct {
	Kind   string
	Page   string // of the mini-program, as "pkg-request/request"; with ?id= of the notice's subject unless Plain
	Plain  bool
	Icon   string // of the mini-program's icons
	Tone   Tone
	Urgent bool // goes by night too: something that people are about to go to is not as it was
	Answer bool // asks for an answer in time: waits for the morning, unless that would be over by then
}

// Message is a WeChat subscribe message, and so what its template needs.
type Message struct {
	Name   string // of its setting: wechat.templates.NAME
	Title  string // to look for in WeChat's library of templates
	Fields []Field
}

// Field is one line of a subscribe message, of at most five.
type Field struct {
	Name    string // by which a value is given
	Label   string // the keyword to look for in WeChat's library of templates
	Keyword string // a keyword of the kind that suits it; the number is the back office's
}

// Account is one whose data are exported.
type Account struct {
	PersonID int64
	Merged   []int64 // accounts of the same person that were made one with it
	Into     int64   // the account that it was made one with; 0: none
}

// Prune deletes what was kept for longer than Keep, in small batches; 0 keeps for ever.
type Prune struct {
	Keep time.Duration
	Do   func(ctx context.Context, before store.Time) error
}

// AtOnce makes a Forget of a function that nothing keeps waiting.
func AtOnce(forget func(ctx context.Context, personID int64) error) func(context.Context, int64) (bool, error) {
	return func(ctx context.Context, personID int64) (bool, error) { return false, forget(ctx, personID) }
}

// After makes a Prune of a function that says how many it deleted.
func After[N int | int64](keep time.Duration, prune func(ctx context.Context, before store.Time) (N, error)) Prune {
	return Prune{keep, func(ctx context.Context, before store.Time) error { _, err := prune(ctx, before); return err }}
}

// Verified is what a proof found.
type Verified struct {
	Problems []string // what breaks a rule, naming the row
	Warnings []string // what is from before a rule
	Whole    string   // what holds where there are no problems
}
