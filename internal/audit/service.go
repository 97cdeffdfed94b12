package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/feature"
	"yimi/internal/say"
	"yimi/internal/store"
)

// Service reads the log, for district admins.
type Service struct {
	db    *store.Store
	kinds map[Entity]*feature.Audited
	words Words
}

// NewService makes the service.
func NewService(db *store.Store, words Words) *Service { return &Service{db: db, words: words} }

// Know tells the service what each feature's records are called and which of their columns are shown.
func (s *Service) Know(features []feature.Feature) {
	s.kinds = map[Entity]*feature.Audited{}
	for _, f := range features {
		for _, a := range f.Audited {
			s.kinds[Entity(a.Entity)] = a
		}
	}
}

// Entities lists the kinds of records.
func (s *Service) Entities() []Entity { return slices.Sorted(maps.Keys(s.kinds)) }

// kind is what a feature says of a kind of records; of one that is gone its name alone.
func (s *Service) kind(e Entity) *feature.Audited {
	if k := s.kinds[e]; k != nil {
		return k
	}
	return &feature.Audited{Entity: string(e), Said: string(e)}
}

// Filter narrows the log; zero values narrow nothing.
type Filter struct {
	ActorID   int64
	Entity    Entity // with EntityID
	EntityID  int64
	Operation string
	From, To  *time.Time // days, both within
	Minors    bool
	After     store.Time // At of the last row seen, with AfterID
	AfterID   int64
	Limit     int
}

// Line is a row with the names that screens show.
type Line struct {
	Row
	ActorName  string
	UnitName   string
	Said       string   `gorm:"-"` // what the operation is called
	EntitySaid string   `gorm:"-"` // its kind in Chinese
	EntityName string   `gorm:"-"`
	Changes    []Change `gorm:"-"`
}

// Change is one column of a row, in Chinese.
type Change struct{ Name, Said, Before, After string }

var errHalf = fault.BadFields(fault.Field{Name: "entity_id", Message: "记录的类型和编号要一起写"})

// List gives rows of the units that the actor administers, the newest first.
func (s *Service) List(ctx context.Context, f Filter) ([]Line, error) {
	if (f.Entity == "") != (f.EntityID == 0) {
		return nil, errHalf
	}
	db := s.db.Read(ctx)
	out, err := find(db, auth.From(ctx).AdministeredPaths(), f)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Said = s.words.Said(out[i].Operation)
		kind := s.kind(out[i].Entity)
		out[i].EntitySaid = kind.Said
		if out[i].Changes, err = changesOf(kind, &out[i].Row); err != nil {
			return nil, err
		}
	}
	return out, s.addNames(db, out)
}

// changesOf pairs what a row keeps of before and after, by column.
func changesOf(kind *feature.Audited, r *Row) ([]Change, error) {
	before, err1 := valuesOf(kind, r.Before)
	after, err2 := valuesOf(kind, r.After)
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("audit: row %d: %w, %w", r.ID, err1, err2)
	}
	names := []string{}
	for name := range before {
		names = append(names, name)
	}
	for name := range after {
		if _, there := before[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out := make([]Change, len(names))
	for i, name := range names {
		out[i] = Change{name, wordOf(kind, name), before[name], after[name]}
	}
	return out, nil
}

func valuesOf(kind *feature.Audited, text string) (map[string]string, error) {
	out := map[string]string{}
	if text == "" {
		return out, nil
	}
	var raw map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&raw); err != nil {
		return nil, err
	}
	for name, value := range raw {
		out[name] = saidOf(kind, name, value)
	}
	return out, nil
}

// sayTime says an instant as people write it.
func sayTime(value string) string {
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return value
	}
	return say.Stamp(t)
}

// wordOf says a column in Chinese; one without a word keeps its name.
func wordOf(kind *feature.Audited, column string) string {
	if w := kind.Shown[column]; w != "" {
		return w
	}
	return cmp.Or(kind.Hidden[column], column)
}

// saidOf says a value. What the feature does not name is 改过 alone, whatever the row holds.
func saidOf(kind *feature.Audited, column string, value any) string {
	if value == nil {
		return ""
	}
	if _, named := kind.Shown[column]; !named {
		return "改过"
	}
	switch value {
	case true:
		return "是"
	case false:
		return "否"
	}
	text := sayTime(fmt.Sprint(value))
	return cmp.Or(kind.Values[text], text)
}
