package httpapi_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"yimi/api"
	"yimi/internal/apptest"
	"yimi/internal/auth"
)

// The words that x-readers of the contract may use, in the order of the table in docs/access.md.
var readerWords = []string{"everybody", "resident", openResident, "worker", "supervisor", "staff", "volunteer", "auditor", "self", "record", "nobody"}

const openResident = "resident_unless_confidential"

// freeTexts lists what people can write freely, by "operation.field", with who can read it: the
// strings of a body that are no enum, no pattern and no format, and files.
func freeTexts(t testing.TB) map[string][]string {
	t.Helper()
	spec, err := api.GetSpec()
	apptest.Must(t, err)
	out := map[string][]string{}
	for _, item := range spec.Paths.Map() {
		for _, op := range item.Operations() {
			id := strings.ToLower(op.OperationID[:1]) + op.OperationID[1:]
			said, _ := op.Extensions["x-readers"].(map[string]any)
			for _, field := range textsOf(op) {
				readers, _ := said[field].([]any)
				delete(said, field)
				if len(readers) == 0 {
					t.Errorf("%s of %s: the contract does not say who reads it (x-readers)", field, id)
				}
				for _, r := range readers {
					if !slices.Contains(readerWords, fmt.Sprint(r)) {
						t.Errorf("%s of %s: who is %v?", field, id, r)
					}
					out[id+"."+field] = append(out[id+"."+field], fmt.Sprint(r))
				}
			}
			for field := range said {
				t.Errorf("%s has no free text %s", id, field)
			}
		}
	}
	return out
}

func textsOf(op *openapi3.Operation) (out []string) {
	if op.RequestBody == nil {
		return nil
	}
	for _, kind := range op.RequestBody.Value.Content {
		texts(kind.Schema.Value, "", &out)
	}
	return out
}

func texts(s *openapi3.Schema, path string, out *[]string) {
	for name, p := range s.Properties {
		texts(p.Value, strings.TrimPrefix(path+"."+name, "."), out)
	}
	if s.Items != nil {
		texts(s.Items.Value, path, out)
	}
	if s.Type.Is("string") && len(s.Enum) == 0 && s.Pattern == "" && (s.Format == "" || s.Format == "binary") {
		*out = append(*out, path)
	}
}

// mark is a text that was written, to be looked for.
type mark struct {
	text    string // operation.field
	writer  int64
	not     []string // readers whom this one does not reach
	variant string
}

// A person of the kind reads what the contract says that the kind reads, and nothing else.
type reader struct {
	kind string // "" of nobody in particular
	name string
	who  auth.Actor
}

// reads tells whether the reader may read what was marked.
func (r reader) reads(m mark, readers []string) bool {
	for _, kind := range readers {
		if kind == openResident {
			kind = "resident"
		}
		if kind == "everybody" || kind == "self" && r.who.PersonID == m.writer && m.writer != 0 || kind == r.kind && r.kind != "" && !slices.Contains(m.not, kind) {
			return true
		}
	}
	return false
}

// Every free text of the contract is written once, with a mark in it; then everybody reads all that
// they can get, their notices and their export with it. Whoever finds a mark is named as its reader
// in the contract, and who is named finds it (docs/access.md has the table).
func TestTextsReachWhomTheyAreFor(t *testing.T) {
	all := freeTexts(t)
	drawnReaders(t, all)
	apptest.EachSite(t, func(t *testing.T, s *apptest.Site) {
		w := newWriting(t, s)
		w.write()
		for text, readers := range all {
			want := map[string]bool{"": true}
			if slices.Contains(readers, openResident) {
				want["confidential"] = true
			}
			for m := range maps.Values(w.marks) {
				if m.text == text {
					delete(want, m.variant)
				}
			}
			if len(want) > 0 && !slices.Contains(readers, "nobody") {
				t.Errorf("nobody wrote %s %v", text, slices.Collect(maps.Keys(want)))
			}
		}
		for _, r := range w.readers() {
			found := w.crawl(r)
			for text, m := range w.marks {
				switch may := r.reads(m, all[m.text]); {
				case may && found[text] == "":
					t.Errorf("%s does not find %s %s, which the contract says that they read", r.name, m.text, m.variant)
				case !may && found[text] != "":
					t.Errorf("%s finds %s %s in %s, and the contract does not say so", r.name, m.text, m.variant, found[text])
				}
			}
		}
	})
}

func (w *writing) readers() []reader {
	return []reader{{"", "nobody signed in", auth.Actor{}}, {"", "another resident", w.Neighbour}, {"", "another worker", w.far}, {"", "staff of another unit", w.Far}, {"auditor", "an auditor", w.who[len(w.who)-1]},
		{"resident", "who asked", w.Resident}, {"volunteer", "the volunteer", w.volunteer}, {"worker", "the worker", w.Worker},
		{"supervisor", "the supervisor", w.Supervisor}, {"staff", "staff", w.Staff}, {"staff", "the district's admin", w.Admin}}
}

var marked = regexp.MustCompile(`印\d{4}记|1390000\d{4}|E1234\d{4}`)

// crawl reads all that somebody can get, and says where each mark was found first.
func (w *writing) crawl(r reader) map[string]string {
	found := map[string]string{}
	look := func(where string, body []byte) {
		for _, m := range marked.FindAll(body, -1) {
			if found[string(m)] == "" {
				found[string(m)] = where
			}
		}
	}
	for op, route := range w.routes {
		if route.Method != http.MethodGet && op != "openContact" && op != "openSignupContact" || strings.HasSuffix(op, "Poster") || op == "getShiftCode" || op == "listWardConsents" {
			continue
		}
		for _, path := range w.paths(op, route.Path, r) {
			look(path, w.site.Call(w.t, r.who, route.Method, path, nil).Body)
		}
	}
	if !r.who.SignedIn() {
		return found
	}
	a := w.site.Call(w.t, r.who, http.MethodPost, "/me/export", nil)
	z, err := zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body)))
	apptest.Must(w.t, err)
	for _, f := range z.File {
		in, err := f.Open()
		apptest.Must(w.t, err)
		text, err := io.ReadAll(in)
		apptest.Must(w.t, err)
		look("export/"+f.Name, text)
	}
	return found
}

// paths are those on which an operation shows something: of every record that there is.
func (w *writing) paths(op, path string, r reader) (out []string) {
	switch op {
	case "getMinorsReport", "exportMinorsReport":
		return []string{path + "?year=2026"}
	case "listMyBookings":
		return []string{path + "?from=2026-03-01&to=2026-03-20"}
	case "getCalendarFeed":
		if r.who.PersonID != w.Worker.PersonID {
			return nil
		}
		return []string{strings.Replace(path, "{secret}", w.secret+".ics", 1)}
	case "getAttachment":
		for _, file := range w.ids("request_attachments") {
			var request int64
			apptest.Must(w.t, w.Store.Read(w.t.Context()).Table("request_attachments").Select("request_id").Where("id = ?", file).Take(&request).Error)
			out = append(out, strings.NewReplacer("{id}", fmt.Sprint(request), "{attachment_id}", fmt.Sprint(file)).Replace(path))
		}
		return out
	case "listHolidays": // of a district: who is nobody has none of their own
		return []string{path + fmt.Sprintf("?unit_id=%d", w.Station.ID)}
	case "listAffectedBookings":
		return []string{strings.Replace(path, "{id}", fmt.Sprint(w.Worker.PersonID), 1)}
	case "listRequests":
		for _, queue := range []string{"new", "unassigned", "to_accept", "to_review", "referred_in", "follow_up", "messages"} {
			out = append(out, path+"?limit=100&queue="+queue)
		}
	}
	if !strings.Contains(path, "{") {
		if strings.Contains(fmt.Sprint(w.specs[op].Parameters), "Limit") || w.specs[op].Parameters.GetByInAndName("query", "limit") != nil {
			path += "?limit=100"
		}
		return append(out, path)
	}
	for _, id := range w.ids(tableOf[path[:strings.Index(path, "/{")]]) {
		out = append(out, strings.Replace(path, "{id}", fmt.Sprint(id), 1))
	}
	return out
}

var tableOf = map[string]string{"/requests": "requests", "/activities": "activities", "/campaigns": "campaigns", "/signups": "signups", "/shifts": "shifts",
	"/hours/entries": "hour_entries", "/service-types": "service_types", "/units": "units", "/me/wards": "people"}

func (w *writing) ids(table string) (out []int64) {
	w.t.Helper()
	apptest.Must(w.t, w.Store.Read(w.t.Context()).Table(table).Order("id").Pluck("id", &out).Error)
	return out
}

// drawnReaders compares the table of texts in docs/access.md with the contract, or writes it.
func drawnReaders(t *testing.T, all map[string][]string) {
	t.Helper()
	const file, title = "../../docs/access.md", "# Who reads what was written\n"
	heads := map[string]string{openResident: "resident, unless confidential", "self": "who wrote it"}
	var b strings.Builder
	b.WriteString(title + "\nEvery free text of the contract (a field that is no enum, pattern or format, and files) and who can read it afterwards: `x-readers` of\n" +
		"its operation. `TestTextsReachWhomTheyAreFor` writes each of them once, lets everybody read every answer, notice and export that they\n" +
		"can get, and fails for a text that reaches more people than here, or fewer. Staff are those of the unit that handles it and above; the record\n" +
		"is for an inspection, shown by no answer; nobody reads what is only compared. The forms say it at the field.\n\n| text |")
	for _, r := range readerWords {
		h := heads[r]
		if h == "" {
			h = r
		}
		b.WriteString(" " + h + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(readerWords)) + "\n")
	for _, text := range slices.Sorted(maps.Keys(all)) {
		b.WriteString("| " + text + " |")
		for _, r := range readerWords {
			if slices.Contains(all[text], r) {
				b.WriteString(" ✓ |")
			} else {
				b.WriteString("  |")
			}
		}
		b.WriteString("\n")
	}
	was, err := os.ReadFile(file)
	apptest.Must(t, err)
	matrix, _, _ := strings.Cut(string(was), title)
	if want := strings.TrimRight(matrix, "\n") + "\n\n" + b.String(); *update {
		apptest.Must(t, os.WriteFile(file, []byte(want), 0o644)) //nolint:gosec // a page of the docs
	} else if string(was) != want {
		t.Errorf("%s is not what the contract says of readers; run with -update", file)
	}
}
