package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// decode puts a value from YAML (any scalar or list), the environment or a flag
// (text) into the field. Errors say what is wrong and what to write, and never
// repeat the value: it may be a secret.
func decode(field, value any) error {
	switch f := field.(type) {
	case *string:
		return into(f, value, asText)
	case *Secret:
		return into((*string)(f), value, asText)
	case *DSN:
		return into((*string)(f), value, asText)
	case *bool:
		return into(f, value, asBool)
	case *int64:
		return into(f, value, asInt)
	case *int:
		n := int64(*f)
		err := into(&n, value, asInt)
		*f = int(n)
		return err
	case *time.Duration:
		return into(f, value, asDuration)
	case *[]string:
		return into(f, value, asList)
	case *[]Key:
		return into(f, value, asKeys)
	}
	return fmt.Errorf("a setting of type %T cannot be read", field)
}

func into[T any](field *T, value any, as func(any) (T, error)) error {
	v, err := as(value)
	if err == nil {
		*field = v
	}
	return err
}

func asText(value any) (string, error) {
	s, ok := value.(string)
	if !ok {
		return "", errors.New(`is no text; write it in quotes ("" for nothing)`)
	}
	return strings.TrimSpace(s), nil
}

func asBool(value any) (bool, error) {
	b, err := strconv.ParseBool(fmt.Sprint(value))
	if err != nil {
		return false, errors.New("is neither true nor false; write true or false")
	}
	return b, nil
}

func asInt(value any) (int64, error) {
	n, err := strconv.ParseInt(fmt.Sprint(value), 10, 32)
	if err != nil {
		return 0, errors.New("is no whole number; write digits, such as 200")
	}
	return n, nil
}

// asDuration reads Go's durations, and whole days, which Go has not: 30d.
func asDuration(value any) (time.Duration, error) {
	s := fmt.Sprint(value)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, errors.New("is no length of time; write a number with its unit, such as 30s, 15m, 4h or 30d")
	}
	return d, nil
}

// asList reads a YAML list, or text with commas.
func asList(value any) ([]string, error) {
	items, ok := value.([]any)
	if s, isText := value.(string); isText {
		for item := range strings.SplitSeq(s, ",") {
			items = append(items, item)
		}
		ok = true
	}
	if !ok {
		return nil, errors.New("is no list; write [a, b], or a,b in the environment")
	}
	var list []string
	for _, item := range items {
		s, err := asText(item)
		if err != nil {
			return nil, err
		}
		if s != "" {
			list = append(list, s)
		}
	}
	return list, nil
}

func asKeys(value any) ([]Key, error) {
	list, err := asList(value)
	if err != nil {
		return nil, err
	}
	var keys []Key
	for _, s := range list {
		k, err := parseKey(s)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// text writes a default the way a flag takes it.
func text(field any) string {
	switch f := field.(type) {
	case *string:
		return *f
	case *DSN:
		return string(*f)
	case *int:
		return strconv.Itoa(*f)
	case *int64:
		return strconv.FormatInt(*f, 10)
	case *time.Duration:
		return f.String()
	}
	return ""
}
