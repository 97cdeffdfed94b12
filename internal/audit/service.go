package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

// Service reads the log, for district admins.
type Service struct{ db *store.Store }

// NewService makes the service.
func NewService(db *store.Store) *Service { return &Service{db} }

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
		if out[i].Changes, err = changesOf(&out[i].Row); err != nil {
			return nil, err
		}
	}
	return out, addNames(db, out)
}

// changesOf pairs what a row keeps of before and after, by column.
func changesOf(r *Row) ([]Change, error) {
	before, err1 := valuesOf(r.Before)
	after, err2 := valuesOf(r.After)
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
		out[i] = Change{name, wordOf(name), before[name], after[name]}
	}
	return out, nil
}

func valuesOf(text string) (map[string]string, error) {
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
		if value == nil {
			value = ""
		}
		out[name] = saidOf(sayTime(fmt.Sprint(value)))
	}
	return out, nil
}

// sayTime says an instant as people write it.
func sayTime(value string) string {
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return value
	}
	return t.In(store.Shanghai).Format("2006-01-02 15:04")
}

// dayName is a holiday's id as a day.
func dayName(id int64) string {
	day, err := time.Parse("20060102", strconv.FormatInt(id, 10))
	if err != nil {
		return ""
	}
	return day.Format(time.DateOnly)
}
