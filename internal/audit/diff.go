package audit

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"gorm.io/gorm/schema"

	"yimi/internal/store"
)

// dull columns say nothing that the row itself does not.
var dull = []string{"id", "path", "created_at", "updated_at"}

// mark stands for the value of a column that its feature did not name.
const mark = "***"

// maxText is how much of a text is kept, in characters.
const maxText = 120

// diff gives the columns in which two rows of one struct differ, as JSON objects; "" where
// there is nothing to say, with the values of the columns shown alone. Either row may be nil, a
// struct or a pointer to one; after may be a map of the new values by column. A field tagged
// `audit:"-"`, and bytes, are left out altogether.
func diff(shown map[string]string, before, after any) (was, is string, err error) {
	a, b := columnsOf(before), columnsOf(after)
	switch {
	case before == nil || after == nil:
	case structOf(after).Kind() == reflect.Map:
		for name := range a {
			if _, named := b[name]; !named {
				delete(a, name)
			}
		}
	case structOf(before).Type() != structOf(after).Type():
		return "", "", fmt.Errorf("audit: a %T cannot have become a %T", before, after)
	}
	for name, value := range a {
		if reflect.DeepEqual(value, b[name]) {
			delete(a, name)
			delete(b, name)
		}
	}
	for name, value := range b {
		if value == nil && a[name] == nil { // empty before, and named as empty now
			delete(b, name)
		}
	}
	if before != nil && after != nil { // say of each column what it was and what it is
		fillUp(a, b)
		fillUp(b, a)
	}
	if was, err = objectOf(shown, a); err != nil {
		return "", "", err
	}
	is, err = objectOf(shown, b)
	return was, is, err
}

func fillUp(from, to map[string]any) {
	for name := range from {
		if _, there := to[name]; !there {
			to[name] = nil
		}
	}
}

func objectOf(shown map[string]string, columns map[string]any) (string, error) {
	for name, value := range columns {
		if _, named := shown[name]; !named && value != nil {
			columns[name] = mark
		}
	}
	if len(columns) == 0 {
		return "", nil
	}
	raw, err := json.Marshal(columns)
	return string(raw), err
}

func structOf(row any) reflect.Value {
	v := reflect.ValueOf(row)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

// columnsOf gives a row's values by column; empty ones are left out.
func columnsOf(row any) map[string]any {
	out := map[string]any{}
	if row == nil {
		return out
	}
	v := structOf(row)
	if v.Kind() != reflect.Map {
		addColumns(v, out)
		return out
	}
	for _, name := range v.MapKeys() {
		value := v.MapIndex(name).Elem()
		if out[name.String()] = nil; value.IsValid() {
			out[name.String()] = plain(value)
		}
	}
	return out
}

func addColumns(v reflect.Value, out map[string]any) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case !f.IsExported() || f.Tag.Get("audit") == "-":
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			addColumns(v.Field(i), out)
		default:
			if value := plain(v.Field(i)); value != nil {
				if name := columnName(f); !slices.Contains(dull, name) {
					out[name] = value
				}
			}
		}
	}
}

// columnNames keeps what columnName found: it is asked inside the turn to write.
var columnNames sync.Map

func columnName(f reflect.StructField) string {
	key := [2]string{f.Name, string(f.Tag)}
	if name, ok := columnNames.Load(key); ok {
		return name.(string)
	}
	name := schema.ParseTagSetting(f.Tag.Get("gorm"), ";")["COLUMN"]
	if name == "" {
		name = schema.NamingStrategy{}.ColumnName("", f.Name)
	}
	columnNames.Store(key, name)
	return name
}

// plain is what JSON can say of a column's value: nil for an empty one and for what is no
// column. Bytes are sealed or files.
func plain(v reflect.Value) any {
	if at, ok := v.Interface().(store.Time); ok {
		if at.IsZero() {
			return nil
		}
		return at.In(store.Shanghai).Format("2006-01-02T15:04:05+08:00")
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		if inner := plain(v.Elem()); inner != nil {
			return inner
		}
		return zero(v.Elem())
	case reflect.String:
		if v.String() == "" {
			return nil
		}
		return cut(v.String())
	case reflect.Bool:
		if !v.Bool() {
			return nil
		}
		return true
	case reflect.Int, reflect.Int64, reflect.Int32:
		if v.Int() == 0 {
			return nil
		}
		return v.Int()
	case reflect.Float64:
		return v.Float()
	case reflect.Slice:
		return list(v)
	}
	return nil
}

// zero is for a pointer to an empty value: there, and empty.
func zero(v reflect.Value) any {
	switch v.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Int32:
		return v.Interface()
	}
	return nil
}

func list(v reflect.Value) any {
	if v.Len() == 0 || v.Type().Elem().Kind() != reflect.String {
		return nil
	}
	words := make([]string, v.Len())
	for i := range words {
		words[i] = v.Index(i).String()
	}
	return cut(strings.Join(words, ","))
}

func cut(text string) string {
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	return string([]rune(text)[:maxText]) + "…"
}
