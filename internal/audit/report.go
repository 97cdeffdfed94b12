package audit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"time"

	"yimi/internal/age"
	"yimi/internal/auth"
	"yimi/internal/store"
)

// Report is the yearly report on minors' data (未成年人网络保护条例 Art 36, 37).
type Report struct {
	Year    int
	MadeAt  store.Time
	AgeDay  time.Time // ages are those of this day
	Units   []string  // that it speaks of
	Held    Held
	Looks   int
	Changes int
	Months  [12]Tally
	Deeds   []Deed
	ByUnit  []UnitTally
}

// Held counts whose data are held.
type Held struct {
	Requests        int64 // for somebody under 18
	Beneficiaries   int64 // different people whom these are for
	Under14         int64
	WithGuardian    int64 // of Under14, with the guardian's consent on each request
	WithoutGuardian int64
	People          int64 // accounts
	PeopleUnder14   int64
	PeopleGuarded   int64 // of PeopleUnder14, with a guardian's consent by the guardian's own account
	Volunteers      int64
}

// Tally is how often records were looked at and changed.
type Tally struct{ Looks, Changes int }

// Deed is how often one role did one operation.
type Deed struct {
	Role      auth.Role
	Operation string
	Said      string // what the log calls it
	Look      bool   // it only reads
	Count     int
}

// UnitTally is the tally of one unit.
type UnitTally struct {
	UnitName string
	Tally
}

// MinorsReport makes the report on the units that the actor administers. What people did with
// their own records is not in it.
func (s *Service) MinorsReport(ctx context.Context, year int) (*Report, error) {
	db, roots, now := s.db.Read(ctx), auth.From(ctx).AdministeredPaths(), s.db.Now()
	r := &Report{Year: year, MadeAt: now, AgeDay: ageDay(year, now.Time)}
	var err error
	if r.Units, err = unitNames(db, roots); err != nil {
		return nil, err
	}
	if r.Held, err = held(db, roots, age.BornBy(age.Adult, r.AgeDay), age.BornBy(age.Consent, r.AgeDay), store.At(r.AgeDay.AddDate(0, 0, 1))); err != nil {
		return nil, err
	}
	counts, err := minorDeeds(db, roots, monthsOf(year))
	r.add(counts, s.words)
	return r, err
}

// ExportMinorsReport is MinorsReport as a table, which is a line of the log itself.
func (s *Service) ExportMinorsReport(ctx context.Context, year int) ([]byte, error) {
	r, err := s.MinorsReport(ctx, year)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *store.Tx) error { return Write(tx, Entry{Of: Reading, ID: int64(year)}) })
	if err != nil {
		return nil, err
	}
	return r.csv()
}

// ageDay is the day that ages are of: today, or the last day of a year that is over.
func ageDay(year int, now time.Time) time.Time {
	last := time.Date(year, 12, 31, 0, 0, 0, 0, store.Shanghai)
	y, m, d := now.In(store.Shanghai).Date()
	if today := time.Date(y, m, d, 0, 0, 0, 0, store.Shanghai); today.Before(last) {
		return today
	}
	return last
}

// monthsOf are the thirteen instants at which the months of a year begin, and the year after.
func monthsOf(year int) (out [13]store.Time) {
	for i := range out {
		out[i] = store.At(time.Date(year, time.Month(i+1), 1, 0, 0, 0, 0, store.Shanghai))
	}
	return out
}

func (t *Tally) add(look bool, n int) {
	if look {
		t.Looks += n
	} else {
		t.Changes += n
	}
}

func (r *Report) add(counts []deedCount, words Words) {
	deeds, units, total := map[Deed]int{}, map[string]*Tally{}, Tally{}
	for _, c := range counts {
		look := words[c.Operation].Look
		total.add(look, c.N)
		r.Months[c.Month-1].add(look, c.N)
		deeds[Deed{Role: c.Role, Operation: c.Operation, Said: words.Said(c.Operation), Look: look}] += c.N
		if units[c.UnitName] == nil {
			units[c.UnitName] = &Tally{}
		}
		units[c.UnitName].add(look, c.N)
	}
	r.Looks, r.Changes = total.Looks, total.Changes
	for d, n := range deeds {
		d.Count = n
		r.Deeds = append(r.Deeds, d)
	}
	slices.SortFunc(r.Deeds, func(a, b Deed) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Role, b.Role))
	})
	for name, t := range units {
		r.ByUnit = append(r.ByUnit, UnitTally{name, *t})
	}
	slices.SortFunc(r.ByUnit, func(a, b UnitTally) int {
		return cmp.Or(cmp.Compare(b.Looks+b.Changes, a.Looks+a.Changes), cmp.Compare(a.UnitName, b.UnitName))
	})
}

// byteOrderMark lets spreadsheets read the Chinese.
const byteOrderMark = "\uFEFF"

func (r *Report) csv() ([]byte, error) {
	out := bytes.NewBufferString(byteOrderMark)
	w := csv.NewWriter(out)
	w.UseCRLF = true
	row := func(cells ...any) {
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = fmt.Sprint(c)
		}
		_ = w.Write(texts) // w.Error tells
	}
	row("未成年人个人信息年度报告", strconv.Itoa(r.Year)+" 年", "年龄按 "+r.AgeDay.Format(time.DateOnly)+" 计")
	row("范围", "项目", "数量")
	for _, h := range r.Held.rows() {
		row("持有", h.said, h.n)
	}
	row("办理", "查看次数", r.Looks)
	row("办理", "改动次数", r.Changes)
	row("月份", "查看", "改动")
	for i, m := range r.Months {
		row(fmt.Sprintf("%d 月", i+1), m.Looks, m.Changes)
	}
	row("角色", "做了什么", "次数")
	for _, d := range r.Deeds {
		row(RoleSaid(d.Role), d.Said, d.Count)
	}
	row("单位", "查看", "改动")
	for _, u := range r.ByUnit {
		row(safeCell(u.UnitName), u.Looks, u.Changes)
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// safeCell keeps a text that somebody wrote from being a formula in a spreadsheet.
func safeCell(text string) string {
	if text != "" && slices.Contains([]byte("=+-@\t\r"), text[0]) {
		return "'" + text
	}
	return text
}

type heldRow struct {
	said string
	n    int64
}

func (h Held) rows() []heldRow {
	return []heldRow{{"为未成年人提出的申请", h.Requests}, {"涉及的未成年人", h.Beneficiaries}, {"其中未满 14 周岁", h.Under14}, {"未满 14 周岁，监护人已同意", h.WithGuardian},
		{"未满 14 周岁，监护人未同意", h.WithoutGuardian}, {"未成年人账号", h.People}, {"其中未满 14 周岁的账号", h.PeopleUnder14},
		{"未满 14 周岁的账号，监护人已同意", h.PeopleGuarded}, {"未成年志愿者", h.Volunteers}}
}
