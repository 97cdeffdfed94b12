package httpapi_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"yimi/api"
	"yimi/internal/apptest"
	"yimi/internal/httpapi"
	"yimi/internal/version"
)

var recorded = flag.String("recorded", "", "write what the browser tests recorded (web/e2e/lib/record.mjs) into testdata/calls; scripts/freeze calls it")

// calls are what the pages of a release ask of one operation, and what they are answered.
type calls struct {
	Queries []string          `json:"queries,omitempty"` // one for each set of parameters
	Bodies  []json.RawMessage `json:"bodies,omitempty"`  // one for each set of fields and words
	Form    bool              `json:"form,omitempty"`    // a file, as multipart
	// Answers are the fields that were seen, by status and path ("items[].name"), with the types they had. One that the
	// contract of the time does not promise ends in "?".
	Answers map[string]map[string]string `json:"answers"`
}

// line is one call as the browser tests record it.
type line struct {
	Method, Path, Query string
	Body                json.RawMessage
	Form                bool
	Status              int
	Answer              map[string][]string
}

// TestKeepCalls keeps what the pages of this version ask, for the servers to come.
func TestKeepCalls(t *testing.T) {
	if *recorded == "" {
		t.Skip("nothing was recorded")
	}
	f, err := os.Open(*recorded)
	apptest.Must(t, err)
	kept, seen := map[string]*calls{}, map[string]bool{}
	for in := bufio.NewReader(f); ; {
		text, err := in.ReadBytes('\n')
		if len(text) == 0 && err != nil {
			break
		}
		var l line
		apptest.Must(t, json.Unmarshal(text, &l))
		route := routed(l.Method, l.Path)
		if route == "" {
			t.Fatalf("%s %s is no operation of the contract", l.Method, l.Path)
		}
		if kept[route] == nil {
			kept[route] = &calls{Answers: map[string]map[string]string{}}
		}
		kept[route].add(t, route, l, seen)
	}
	number, _, _ := strings.Cut(version.Number(), "-")
	writeCalls(t, filepath.Join("testdata/calls", number+".json.gz"), kept)
}

// routes are the operations by method and path, "POST /signups/{}/cancel": what a parameter is called is nobody's concern.
var routes = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for op, r := range httpapi.Routes() {
		out[r.Method+" "+parameter.ReplaceAllString(r.Path, "{}")] = op
	}
	return out
})

// routed finds the route that a call took; of two that fit, the one with fewer parameters.
func routed(method, path string) (route string) {
	for r := range routes() {
		is := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(r), `\{\}`, "[^/]+") + "$")
		if is.MatchString(method+" "+path) && (route == "" || strings.Count(r, "{}") < strings.Count(route, "{}")) {
			route = r
		}
	}
	return route
}

// add keeps of a call what the earlier ones of the operation did not have.
func (c *calls) add(t *testing.T, route string, l line, seen map[string]bool) {
	t.Helper()
	c.Form = c.Form || l.Form
	query := strings.Split(l.Query, "&")
	slices.Sort(query)
	fresh := func(what string) bool {
		first := !seen[route+what]
		seen[route+what] = true
		return first
	}
	if l.Query != "" && fresh("?"+number.ReplaceAllString(strings.Join(query, "&"), "=0")) {
		c.Queries = append(c.Queries, l.Query)
	}
	if len(l.Body) > 0 && fresh(fmt.Sprint(fieldsOf(t, l.Body))) {
		c.Bodies = append(c.Bodies, l.Body)
	}
	status := fmt.Sprint(l.Status)
	if c.Answers[status] == nil {
		c.Answers[status] = map[string]string{}
	}
	schema := answerOf(t, route, status)
	for path, types := range l.Answer {
		before := strings.TrimSuffix(c.Answers[status][path], "?")
		all := slices.Sorted(slices.Values(append(types, strings.Fields(before)...)))
		word := strings.Join(slices.Compact(all), " ")
		if _, promised := find(schema, path); !promised {
			word += "?"
		}
		c.Answers[status][path] = word
	}
}

var (
	parameter = regexp.MustCompile(`\{\w+\}`)
	number    = regexp.MustCompile(`=[^&]*\d[^&]*`)
	question  = regexp.MustCompile(`^answers\.[a-z]`)
	word      = regexp.MustCompile(`^[a-z][a-z_]*$`)
)

// fieldsOf tells one shape of a body from another: its fields, their types, and the words among their values.
func fieldsOf(t *testing.T, body []byte) map[string]bool {
	t.Helper()
	var value any
	apptest.Must(t, json.Unmarshal(body, &value))
	out := map[string]bool{}
	var see func(at string, value any)
	see = func(at string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for name, field := range v {
				see(at+"."+name, field)
			}
		case []any:
			for _, item := range v {
				see(at+"[]", item)
			}
		case string:
			if !word.MatchString(v) || strings.HasSuffix(at, "password") || strings.HasSuffix(at, "token") {
				v = ""
			}
			out[at+" "+v] = true
			return
		}
		out[fmt.Sprintf("%s %T", at, value)] = true
	}
	see("", value)
	return out
}

func writeCalls(t *testing.T, name string, kept map[string]*calls) {
	t.Helper()
	text, err := json.MarshalIndent(kept, "", " ")
	apptest.Must(t, err)
	var small bytes.Buffer
	w, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	apptest.Must(t, err)
	_, err = w.Write(text)
	apptest.Must(t, errors.Join(err, w.Close()))
	apptest.Must(t, os.MkdirAll(filepath.Dir(name), 0o750))
	apptest.Must(t, os.WriteFile(name, small.Bytes(), 0o600))
}

// eachRelease runs the test for the calls of each release.
func eachRelease(t *testing.T, test func(t *testing.T, kept map[string]*calls)) {
	t.Helper()
	releases, err := filepath.Glob("testdata/calls/*.json.gz")
	apptest.Must(t, err)
	if len(releases) == 0 {
		t.Fatal("no calls are kept")
	}
	for _, name := range releases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json.gz"), func(t *testing.T) {
			f, err := os.Open(name) //nolint:gosec // the test's own
			apptest.Must(t, err)
			r, err := gzip.NewReader(f)
			apptest.Must(t, err)
			var kept map[string]*calls
			apptest.Must(t, errors.Join(json.NewDecoder(r).Decode(&kept), f.Close()))
			test(t, kept)
		})
	}
}

// Each call that the pages of an earlier release make is understood: its route is there, and no field of it is unknown, missing
// or of another kind. What it leads to on this site is not looked at.
func TestKeptCallsAreUnderstood(t *testing.T) {
	t.Parallel()
	eachRelease(t, func(t *testing.T, kept map[string]*calls) {
		apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
			m := newMatrix(t, s)
			for _, route := range slices.Sorted(maps.Keys(kept)) {
				op, c := routes()[route], kept[route]
				if op == "" {
					t.Errorf("%s is gone", route)
					continue
				}
				m.understands(op, c)
			}
		})
	})
}

// understands sends each of an operation's calls, as somebody whom it lets in on a record that there is.
func (m *matrix) understands(op string, c *calls) {
	for _, query := range append(c.Queries, "") {
		m.understood(op, query, "")
	}
	for _, body := range c.Bodies {
		m.understood(op, "", string(body))
	}
}

func (m *matrix) understood(op, query, sent string) {
	route := httpapi.Routes()[op]
	for _, record := range []string{others, own, none, elsewhere} {
		for n := range slices.Backward(callers[:slices.Index(callers, "admin of another district")]) {
			row := expected[op][record]
			if row == "" || row[n] != '+' && op != "loginDemo" { // which there is in the demo only
				continue
			}
			path, p, id, ok := m.target(op, route.Path, record, m.who[n])
			if !ok {
				continue
			}
			who := m.as(op, m.who[n])
			body, headers := m.content(op, p, id)
			if sent != "" {
				body = m.here(sent, body)
			}
			if query != "" {
				path, _, _ = strings.Cut(path, "?")
				path += "?" + query
			}
			a := m.site.Call(m.t, who, route.Method, path, body, headers...)
			unheard := a.Status == http.StatusUnauthorized && a.Problem.Code != "bad_credentials" && a.Problem.Code != "session_ended"
			asks := len(a.Problem.Fields) > 0 && question.MatchString(a.Problem.Fields[0].Name) // of a service that this site does not have
			if a.Status == http.StatusBadRequest && !asks || unheard || a.Problem.Code == "privacy_consent_needed" || a.Status == http.StatusUpgradeRequired {
				m.t.Errorf("%s as %s on %q: %s %s: %d %s", op, callers[n], record, path, sent, a.Status, a.Body)
			}
			return
		}
	}
	m.t.Errorf("%s: nobody is let in on any record", op)
}

// here is a recorded body with the ids of this site, where the matrix's own body names such a record.
func (m *matrix) here(sent string, own any) any {
	var body, site map[string]any
	if text, ok := own.(string); ok {
		own = json.RawMessage(text)
	}
	raw, err := json.Marshal(own)
	apptest.Must(m.t, errors.Join(err, json.Unmarshal(raw, &site), json.Unmarshal([]byte(sent), &body)))
	for name := range body {
		if id := site[name]; id != nil && strings.HasSuffix(name, "_id") {
			body[name] = id
		}
	}
	return body
}

// No answer has lost a field that the pages of an earlier release were given, and none that was promised them is optional now.
func TestKeptAnswersHaveTheirFields(t *testing.T) {
	t.Parallel()
	eachRelease(t, func(t *testing.T, kept map[string]*calls) {
		for route, c := range kept {
			for status, fields := range c.Answers {
				answer := answerOf(t, route, status)
				for path, had := range fields {
					field, promised := find(answer, path)
					types, optional := strings.CutSuffix(had, "?")
					if field == nil || !promised && !optional || slices.ContainsFunc(strings.Fields(types), func(one string) bool { return !mayBe(field, one) }) {
						t.Errorf("%s %s: %s was %s", route, status, path, had)
					}
				}
			}
		}
	})
}

// today is the contract, read once.
var today = sync.OnceValues(api.GetSpec)

// answerOf is the contract's schema of an answer; nil where it is no JSON.
func answerOf(t *testing.T, route, status string) *openapi3.SchemaRef {
	t.Helper()
	spec, err := today()
	apptest.Must(t, err)
	r := httpapi.Routes()[routes()[route]]
	if r.Path == "" || spec.Paths.Value(r.Path).GetOperation(r.Method).Responses.Value(status) == nil {
		t.Errorf("%s has no answer %s", route, status)
		return nil
	}
	content := spec.Paths.Value(r.Path).GetOperation(r.Method).Responses.Value(status).Value.Content["application/json"]
	if content == nil {
		return nil
	}
	return content.Schema
}

// find goes down to a field of an answer; promised: what it is a field of has it always.
func find(of *openapi3.SchemaRef, path string) (field *openapi3.SchemaRef, promised bool) {
	field = of
	for step := range strings.SplitSeq(path, ".") {
		name, lists := strings.TrimRight(step, "[]"), strings.Count(step, "[]")
		if name != "" {
			field, promised = property(field, name)
		}
		for range lists {
			if promised = field != nil; promised {
				field = field.Value.Items
			}
		}
	}
	return field, promised
}

func property(of *openapi3.SchemaRef, name string) (field *openapi3.SchemaRef, promised bool) {
	if of == nil {
		return nil, false
	}
	if field = of.Value.Properties[name]; field != nil {
		return field, slices.Contains(of.Value.Required, name)
	}
	for _, part := range slices.Concat(of.Value.AllOf, of.Value.OneOf, of.Value.AnyOf) {
		if field, promised = property(part, name); field != nil {
			return field, promised
		}
	}
	return of.Value.AdditionalProperties.Schema, false
}

// mayBe tells whether a field may have a type of JSON. One that was null before may be so or not.
func mayBe(field *openapi3.SchemaRef, name string) bool {
	parts := slices.Concat(field.Value.AllOf, field.Value.OneOf, field.Value.AnyOf)
	switch is := field.Value.Type; {
	case name == "null":
		return true
	case is == nil && len(parts) > 0:
		return slices.ContainsFunc(parts, func(part *openapi3.SchemaRef) bool { return mayBe(part, name) })
	default:
		return is == nil || is.Includes(name) || name == "number" && is.Includes("integer")
	}
}
