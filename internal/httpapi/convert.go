package httpapi

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"yimi/api"
	"yimi/internal/fault"
	"yimi/internal/hours"
	"yimi/internal/store"
)

const defaultLimit = 20

func limitOf(p *api.Limit) int { return or(p, defaultLimit) }

// or gives what the pointer holds, or the fallback.
func or[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}

// some gives a pointer to the value, or nil for the zero value: an optional field.
func some[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// shown is an instant as answers carry it, with the offset of Asia/Shanghai.
func shown(t store.Time) time.Time { return t.In(hours.Shanghai) }

func shownIf(t *store.Time) *time.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	at := shown(*t)
	return &at
}

func dateOf(s string) openapi_types.Date {
	t, _ := time.Parse(time.DateOnly, s)
	return openapi_types.Date{Time: t}
}

func dayOf(d openapi_types.Date) string { return d.Format(time.DateOnly) }

func coordinate(lat, lon *float64) *api.Coordinate {
	if lat == nil || lon == nil {
		return nil
	}
	return &api.Coordinate{Latitude: *lat, Longitude: *lon}
}

// strs maps words to the contract's enum, and back.
func strs[To, From ~string](in []From) []To {
	out := make([]To, len(in))
	for i, s := range in {
		out[i] = To(s)
	}
	return out
}

// mapped maps a list; an empty list stays a list.
func mapped[From, To any](in []From, f func(*From) To) []To {
	out := make([]To, len(in))
	for i := range in {
		out[i] = f(&in[i])
	}
	return out
}

var errCursor = fault.BadFields(fault.Field{Name: "cursor", Message: "页码不对，请从第一页重新打开"})

// cursor packs the keys of the last item of a page.
func cursor(keys ...int64) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = strconv.FormatInt(k, 36)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, ".")))
}

// readCursor unpacks n keys; no cursor gives zeros.
func readCursor(c *api.Cursor, n int) ([]int64, error) {
	out := make([]int64, n)
	if c == nil || *c == "" {
		return out, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*c)
	parts := strings.Split(string(raw), ".")
	if err != nil || len(parts) != n {
		return nil, errCursor
	}
	for i, p := range parts {
		if out[i], err = strconv.ParseInt(p, 36, 64); err != nil {
			return nil, errCursor
		}
	}
	return out, nil
}

// nextCursor is empty on the last page: lists are asked for one item more than shown.
func page[T any](rows []T, limit int, key func(*T) string) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	return rows, key(&rows[limit-1])
}

// texts gathers the fields of a body that people wrote, trimmed, and what is wrong with them.
type texts struct{ bad []fault.Field }

// line cleans one line in place; nil was not given.
func (t *texts) line(name string, value *string, limit int) {
	t.clean(fault.Text, name, value, limit)
}

// optional cleans one line that may be left empty or out.
func (t *texts) optional(name string, value *string, limit int) string {
	if value == nil || strings.TrimSpace(*value) == "" {
		return ""
	}
	t.line(name, value, limit)
	return *value
}

// lines cleans several lines in place.
func (t *texts) lines(name string, value *string, limit int) {
	t.clean(fault.Lines, name, value, limit)
}

// phone cleans a phone number in place; nil was not given, "" stays.
func (t *texts) phone(name string, value *string) {
	if value == nil || *value == "" {
		return
	}
	number, bad := fault.Phone(name, *value)
	if bad != nil {
		t.bad = append(t.bad, *bad)
		return
	}
	*value = number
}

// optionalPhone is phone for a field that may be left out or empty.
func (t *texts) optionalPhone(name string, value *string) string {
	if value == nil || strings.TrimSpace(*value) == "" {
		return ""
	}
	t.phone(name, value)
	return *value
}

func (t *texts) clean(rule func(string, string, int) (string, *fault.Field), name string, value *string, limit int) {
	if value == nil {
		return
	}
	got, bad := rule(name, *value, limit)
	if bad != nil {
		t.bad = append(t.bad, *bad)
		return
	}
	*value = got
}

func (t *texts) err() error {
	if len(t.bad) == 0 {
		return nil
	}
	return fault.BadFields(t.bad...)
}
