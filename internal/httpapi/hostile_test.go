package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"yimi/api"
	"yimi/internal/apptest"
	"yimi/internal/auth"
	"yimi/internal/request"
)

// hostile are values in place of a text, as they stand in JSON.
var hostile = []string{
	`"x"`, `""`, `"   "`, `"\u0000"`, `"a\u0000b"`, `"\ud800"`, "\"\xff\xfe\"", `"👩‍👩‍👧‍👦𠮷"`, `"\u202eabc"`, `"'; DROP TABLE people; --"`, `"%_!\\"`,
	`"` + strings.Repeat("长", 3000) + `"`, `"2026-13-45"`, `"0001-01-01"`, `"9999-12-31"`, `"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59Z"`,
	`"S.1.1.AAAAAAAAAAAAAAAAAAAAAAAA"`, `"P.1.zzzzzzzzzzzz.AAAA"`, `null`, `0`, `-1`, `1e400`, `9007199254740993`, `[]`, `{}`, `true`,
}

// numbers are values in place of a number.
var numbers = []string{`1`, `0`, `-1`, `1.5`, `1e300`, `-9223372036854775809`, `9223372036854775807`, `9007199254740991`, `18446744073709551616`, `"1"`, `null`, `99999`, `1440`}

// ids are values in place of a path's id.
var ids = []string{"1", "2", "0", "-1", "99999", "9007199254740991", "9007199254740992", "9223372036854775808", "1e3", "0x1", "abc", "%00", "%ff", "..%2f..", "%F0%9F%91%8D", "1%20", "+1", "1;2", "%25"}

// queries are values of parameters.
var queries = []string{"", "1", "0", "-1", "abc", "%00", "%ff%fe", "99999999999999999999", "2026-03", "2026-13-99", "2026-03-05T00:00:00Z", "0001-01-01T00:00:00Z",
	"9999-12-31T23:59:59Z", "zzzzzzzzzzzzzzzz", "LQ", "MS4x", "LTEuLTE", "MXkycDBpajMyZTh6ZzUueQ", "%F0%9F%91%8D", "%25%5F!'%22", "people", "draft", "true"}

// sample makes a body that fits the schema but for what stands in place of its texts and numbers.
func sample(s *openapi3.Schema, text, number string, all bool) string {
	if s == nil {
		return "null"
	}
	switch {
	case s.Type.Is("object"):
		var names []string
		for name := range s.Properties {
			names = append(names, name)
		}
		sort.Strings(names)
		var parts []string
		for _, name := range names {
			required := false
			for _, r := range s.Required {
				required = required || r == name
			}
			if required || all {
				parts = append(parts, fmt.Sprintf("%q:%s", name, sample(s.Properties[name].Value, text, number, all)))
			}
		}
		return "{" + strings.Join(parts, ",") + "}"
	case s.Type.Is("array"):
		return "[" + sample(s.Items.Value, text, number, all) + "]"
	case s.Type.Is("boolean"):
		return "true"
	case len(s.Enum) > 0:
		raw, _ := json.Marshal(s.Enum[0])
		return string(raw)
	case s.Type.Is("integer"), s.Type.Is("number"):
		return number
	case text == "": // one that fits
		return fits(s)
	}
	return text
}

func fits(s *openapi3.Schema) string {
	switch {
	case s.Format == "date":
		return `"2026-04-01"`
	case s.Format == "date-time":
		return `"2026-04-01T09:00:00Z"`
	case strings.Contains(s.Pattern, ":"):
		return `"09:00"`
	case strings.Contains(s.Pattern, "d{6}"):
		return `"123456"`
	case strings.HasPrefix(s.Pattern, "^[0-9"):
		return `"0953-5098110"`
	}
	return `"abcdefghijklmnopqrstuv"`
}

var param = regexp.MustCompile(`\{\w+\}`)

// Whatever comes in over any operation, the answer is no 5xx, and a refusal is a problem with its whole shape.
func TestNothingHostileIsA500(t *testing.T) {
	spec, err := api.GetSpec()
	apptest.Must(t, err)
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		l := apptest.NewLoop(s.World)
		everything := l.Grant(l.Admin, s.Station, auth.SocialWorker) // may try all operations
		// One request to try them on, in the midst of its way and the actor's own case, and others.
		l.Put(request.InService, func(r *request.Request) { r.WorkerID = &everything.PersonID })
		l.Put(request.Submitted, func(r *request.Request) { r.ServiceTypeID = l.Talk.ID })
		l.Ask(everything, l.Asking(l.Care))
		shift := s.Shift(50)
		s.SignUp(s.Volunteer("林晓雯"), shift.ID)
		sent := 0
		send := func(method, path string, body any, headers ...string) {
			sent++
			s.Clock.Advance(time.Millisecond)
			a := s.Call(t, everything, method, path, body, headers...)
			switch {
			case a.Status >= 500 && a.Problem.Code != "wechat_unavailable":
				t.Errorf("%s %s %v: %d %s", method, path, body, a.Status, a.Body)
			case a.Status >= 400:
				shaped(t, a)
			}
		}
		for _, method := range []string{"GET", "PATCH", "POST", "DELETE"} { // what closes things comes last
			for _, path := range spec.Paths.InMatchingOrder() {
				item := spec.Paths.Find(path)
				op := item.GetOperation(method)
				if op == nil {
					continue
				}
				if strings.EqualFold(op.OperationID, "logout") {
					continue // it would end the test's own session
				}
				one := param.ReplaceAllString(path, "1")
				for _, id := range ids {
					if strings.Contains(path, "{") {
						send(method, param.ReplaceAllString(path, id), bodyOf(op, "", "1"))
					}
				}
				for _, p := range append(op.Parameters, item.Parameters...) {
					if p.Value.In == "query" {
						for _, q := range queries {
							send(method, one+"?"+url.QueryEscape(p.Value.Name)+"="+q, nil)
						}
					}
				}
				if op.RequestBody == nil {
					send(method, one, `{"unexpected":1}`)
					continue
				}
				if op.RequestBody.Value.Content.Get("application/json") == nil {
					hostileFiles(func(body, kind string) { send(method, one, body, "Content-Type", kind) })
					continue
				}
				schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
				for _, text := range hostile {
					send(method, one, sample(schema, text, "1", true))
				}
				for _, n := range numbers {
					send(method, one, sample(schema, "", n, true))
				}
				for _, body := range []string{sample(schema, "", "1", false), "{", "[]", "null", `"x"`, "\xff", strings.Repeat("[", 5000), `{"a":` + strings.Repeat(`{"a":`, 5000)} {
					send(method, one, body)
				}
				send(method, one, nil)
				send(method, one, "a=b", "Content-Type", "application/x-www-form-urlencoded")
				send(method, one, "<x/>", "Content-Type", "application/xml; charset=💥")
			}
		}
		t.Log(sent, "requests")
		if strings.Contains(s.Log.String(), `"level":"ERROR"`) {
			for _, line := range s.Log.Lines() {
				if strings.Contains(line, `"level":"ERROR"`) {
					t.Error("an error was logged:", line)
				}
			}
		}
	})
}

// hostileFiles are bodies in place of a form with a file.
func hostileFiles(send func(body, kind string)) {
	const form = "multipart/form-data; boundary=x"
	part := func(header, content string) string {
		return "--x\r\nContent-Disposition: " + header + "\r\n\r\n" + content + "\r\n--x--\r\n"
	}
	for _, content := range []string{"", "x", "\x00", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "RIFF", "RIFF\xff\xff\xff\xffWEBP", "%PDF-", "<svg/>", strings.Repeat("\xff\xd8\xff\xe0", 50000)} {
		send(part(`form-data; name="file"; filename="a.jpg"`, content), form)
		send(content, form)
	}
	for _, header := range []string{``, `form-data`, `form-data; name="other"`, `form-data; name="file"; filename="../../etc/passwd"`, `form-data; name="file"; filename="\x00"`, `form-data; name=`} {
		send(part(header, "\xff\xd8\xff"), form)
	}
	for _, kind := range []string{"", "application/json", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x", "image/jpeg", "💥"} {
		send(part(`form-data; name="file"; filename="a.jpg"`, "x"), kind)
	}
	send(strings.TrimSuffix(part(`form-data; name="file"`, "x"), "--\r\n"), form)
	send(strings.Repeat("--x\r\n\r\n\r\n", 20000), form)
}

func bodyOf(op *openapi3.Operation, text, number string) any {
	if op.RequestBody == nil || op.RequestBody.Value.Content.Get("application/json") == nil {
		return nil
	}
	return sample(op.RequestBody.Value.Content.Get("application/json").Schema.Value, text, number, false)
}

// Without a token, every operation that is not public says 401 before anything else.
func TestNobodySignedIn(t *testing.T) {
	spec, err := api.GetSpec()
	apptest.Must(t, err)
	public := regexp.MustCompile(`^/(auth/(wechat|demo|password|refresh)|settings|privacy|units|campaigns|campaigns/\{id\}(/leaderboard|/entries|/poster)?|activities|activities/days|activities/\{id\}(/poster)?|home|service-types|service-types/\{id\}(/slots)?|calendar/\{secret\}|holidays)$`)
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		for path, item := range spec.Paths.Map() {
			for method, op := range item.Operations() {
				a := s.Call(t, auth.Actor{}, method, param.ReplaceAllString(path, "1"), bodyOf(op, "", "1"))
				open := public.MatchString(path) && (method == http.MethodGet || strings.HasPrefix(path, "/auth/"))
				if !open && (a.Status != 401 || a.Problem.Code != "unauthenticated") {
					t.Errorf("%s %s: %d %s", method, path, a.Status, a.Body)
				}
				if open && a.Problem.Code == "unauthenticated" {
					t.Errorf("%s %s asks for a login", method, path)
				}
			}
		}
	})
}
