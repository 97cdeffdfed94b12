package hours

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"yimi/internal/scope"
)

// Report is what a check of the ledger found.
type Report struct {
	Entries  int64    // read and hashed again
	People   int64    // chains
	Problems []string // nothing here: the ledger is whole
	Warnings []string // known and older than the rule that they break
}

const (
	shownProblems = 20 // of one kind are named
	chainPage     = 5000
)

// Verify reads the whole ledger once, chain by chain: every entry is hashed again, and every
// roll-up is compared with the sum of the entries (rules 2 and 4). No statement reads more than
// a page of them. Run it on a quiet database; entries made meanwhile may look like differences.
func (s *Service) Verify(ctx context.Context, progress func(done int64)) (*Report, error) {
	merged, err := mergedInto(s.db.Read(ctx))
	if err != nil {
		return nil, err
	}
	campaigns, err := campaignsKept(s.db.Read(ctx))
	if err != nil {
		return nil, err
	}
	c := newCheck(merged)
	for last, whole := (Entry{}), false; !whole; {
		rows, err := entriesAfter(s.db.Read(ctx), &last, chainPage)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			c.read(&last, &rows[i])
			last = rows[i]
		}
		progress(c.Entries)
		upTo := last.PersonID - 1 // the page may have ended within a chain
		if whole = len(rows) < chainPage; whole {
			upTo = math.MaxInt64
		}
		k, err := keptOf(s.db.Read(ctx), campaigns, c.done+1, upTo)
		if err != nil {
			return nil, err
		}
		c.compare(k, upTo)
	}
	if err := s.compareTotals(ctx, c); err != nil {
		return c.Report, err
	}
	return c.Report, s.checkPolicies(ctx, c)
}

// checkPolicies looks for proposals that name a policy which is not there, or not frozen (rule 11).
func (s *Service) checkPolicies(ctx context.Context, c *check) error {
	ids, err := proposalsWithoutPolicy(s.db.Read(ctx), shownProblems)
	for _, id := range ids {
		c.say("policy", "proposal %d: its policy is not there, or not marked as used", id)
	}
	return err
}

func (s *Service) compareTotals(ctx context.Context, c *check) error {
	paths, err := unitPaths(s.db.Read(ctx))
	if err != nil {
		return err
	}
	totals, err := totalsKept(s.db.Read(ctx))
	if err != nil {
		return err
	}
	c.compareTotals(paths, totals)
	return nil
}

// sum names one figure that is kept beside the ledger.
type sum struct {
	of   string // the table, or what of it
	id   int64
	part string // the month, or the campaign's or unit's id; "" for none
}

func (x sum) String() string {
	if x.part == "" {
		return fmt.Sprintf("%s %d", x.of, x.id)
	}
	return fmt.Sprintf("%s %d/%s", x.of, x.id, x.part)
}

// tally is what a figure has more than the ledger.
type tally struct{ minutes, entries int64 }

// end is the last link of a chain.
type end struct {
	sequence int64
	hash     string
}

// place is where and when hours were served.
type place struct {
	campaign, unit int64
	month          string
}

// check adds what is kept and takes away what the ledger says: what is left over is a difference.
type check struct {
	*Report
	shown  map[string]int // problems of each kind
	merged map[int64]int64
	apart  map[int64]bool // who has, or is, a merged account: compared at the end
	people map[sum]tally
	ends   map[int64]end
	places map[place]tally
	counts map[int64]int64  // a campaign's volunteers
	done   int64            // the last person compared
	stands map[int64]*stand // by the entry's id, of people not compared yet
	later  []credited       // the spans of who has, or is, a merged account
}

// stand is what an entry comes to with its corrections.
type stand struct {
	owner   int64
	minutes int
	shift   Span
}

func newCheck(merged map[int64]int64) *check {
	c := &check{&Report{}, map[string]int{}, merged, map[int64]bool{}, map[sum]tally{}, map[int64]end{}, map[place]tally{}, map[int64]int64{}, 0,
		map[int64]*stand{}, nil}
	for from, into := range merged {
		c.apart[from], c.apart[into] = true, true
	}
	return c
}

// say keeps a problem unless enough of its kind are known.
func (c *check) say(kind, format string, args ...any) {
	if c.shown[kind]++; c.shown[kind] <= shownProblems {
		c.Problems = append(c.Problems, fmt.Sprintf(format, args...))
	}
}

func count[K comparable](to map[K]tally, key K, minutes, entries int64) {
	t := to[key]
	to[key] = tally{t.minutes + minutes, t.entries + entries}
}

// read checks that an entry comes right after the one before in its chain, and sums it.
func (c *check) read(before, e *Entry) {
	wantSequence, wantPrevious := before.Sequence+1, before.Hash
	if before.PersonID != e.PersonID {
		c.People++
		wantSequence, wantPrevious = 1, ""
	}
	switch {
	case e.Sequence != wantSequence:
		c.say("sequence", "person %d: entry %d is number %d, expected %d", e.PersonID, e.ID, e.Sequence, wantSequence)
	case e.PreviousHash != wantPrevious:
		c.say("previous", "person %d: entry %d does not point at the entry before it", e.PersonID, e.ID)
	case e.ComputeHash() != e.Hash:
		c.say("changed", "person %d: entry %d was changed after it was made", e.PersonID, e.ID)
	}
	if e.Class != System && (e.ApprovedBy == nil || *e.ApprovedBy == e.RecordedBy) {
		c.say("one hand", "person %d: entry %d by hand is one person's word", e.PersonID, e.ID)
	}
	c.Entries++
	c.ends[e.PersonID] = end{e.Sequence, e.Hash}
	owner := e.PersonID
	if into, ok := c.merged[owner]; ok {
		owner = into
	}
	c.sum(e, owner)
	minutes, entries := -int64(e.Minutes), -int64(e.services())
	count(c.people, sum{"volunteer_hours", owner, ""}, minutes, entries)
	count(c.people, sum{"volunteer_months", owner, e.Month}, minutes, entries)
	count(c.people, sum{"campaign_people", owner, strconv.FormatInt(e.CampaignID, 10)}, minutes, entries)
	count(c.places, place{e.CampaignID, e.UnitID, e.Month}, minutes, entries)
}

// sum adds the entry to what it, or the one it corrects, comes to.
func (c *check) sum(e *Entry, owner int64) {
	if e.Class != Correction {
		c.stands[e.ID] = &stand{owner, e.Minutes, Span{e.StartsAt, e.EndsAt}}
		return
	}
	if s := c.stands[*e.CorrectsID]; s != nil {
		s.minutes += e.Minutes
		return
	}
	c.say("corrects", "person %d: entry %d corrects entry %d, which is not in its chain", e.PersonID, e.ID, *e.CorrectsID)
}

// compareSpans checks the time that entries credit, of people whose entries have all been read:
// each entry that stands above zero has one that holds its minutes, and no two of a person
// overlap (rule 13). The spans come by person and start.
func (c *check) compareSpans(spans []credited, which func(owner int64) bool) {
	var latest credited
	for _, s := range spans {
		if s.PersonID == latest.PersonID && s.FromAt.Before(latest.ToAt.Time) {
			c.sayOverlap(latest, s)
		}
		if s.PersonID != latest.PersonID || s.ToAt.After(latest.ToAt.Time) {
			latest = s
		}
		e := c.stands[s.EntryID]
		switch {
		case e == nil || e.owner != s.PersonID:
			c.say("span", "person %d: a time is credited for entry %d, which is not theirs", s.PersonID, s.EntryID)
		case e.minutes <= 0 || e.minutes > s.span().Minutes() || !s.span().Within(e.shift):
			c.say("span", "person %d: entry %d comes to %d minutes, which its time does not hold", s.PersonID, s.EntryID, e.minutes)
		}
		delete(c.stands, s.EntryID)
	}
	for _, id := range slices.Sorted(maps.Keys(c.stands)) {
		if e := c.stands[id]; which(e.owner) {
			if e.minutes != 0 {
				c.say("span", "person %d: entry %d credits minutes without a time", e.owner, id)
			}
			delete(c.stands, id)
		}
	}
}

// sayOverlap names two entries that credit one time; what was so before spans were kept is on the
// attention list, and only a warning.
func (c *check) sayOverlap(a, b credited) {
	what := fmt.Sprintf("person %d: entries %d and %d credit one time", a.PersonID, a.EntryID, b.EntryID)
	if !a.Old || !b.Old {
		c.say("overlap", "%s", what)
		return
	}
	if c.shown["old overlap"]++; c.shown["old overlap"] <= shownProblems {
		c.Warnings = append(c.Warnings, what+"; older than the rule, see the attention list")
	}
}

// compare ends the people up to one, whose entries have all been read.
func (c *check) compare(k kept, upTo int64) {
	for _, v := range k.volunteers {
		if at := c.ends[v.PersonID]; v.Sequence > 0 && at != (end{v.Sequence, v.LastHash}) {
			c.say("end", "person %d: the chain does not end where the roll-up says", v.PersonID)
		}
		count(c.people, sum{"volunteer_hours", v.PersonID, ""}, int64(v.Minutes), int64(v.Entries))
	}
	for _, m := range k.months {
		count(c.people, sum{"volunteer_months", m.PersonID, m.Month}, int64(m.Minutes), int64(m.Entries))
	}
	for _, p := range k.campaigns {
		count(c.people, sum{"campaign_people", p.PersonID, strconv.FormatInt(p.CampaignID, 10)}, int64(p.Minutes), int64(p.Entries))
		c.counts[p.CampaignID]++
	}
	own := make([]credited, 0, len(k.spans))
	for _, s := range k.spans {
		if c.apart[s.PersonID] {
			c.later = append(c.later, s)
		} else {
			own = append(own, s)
		}
	}
	c.compareSpans(own, func(owner int64) bool { return owner <= upTo && !c.apart[owner] })
	c.done = upTo
	c.differ(c.people, func(x sum) bool { return x.id <= upTo && !c.apart[x.id] })
	maps.DeleteFunc(c.ends, func(id int64, _ end) bool { return id <= upTo })
}

// compareTotals compares what is kept of campaigns and units, and who had two accounts.
func (c *check) compareTotals(paths map[int64]string, kept []total) {
	c.compareSpans(c.later, func(int64) bool { return true })
	sums := c.people // what is left of them
	for p, t := range c.places {
		count(sums, sum{"campaign totals", p.campaign, ""}, t.minutes, t.entries)
		count(sums, sum{"campaign totals by unit", p.campaign, strconv.FormatInt(p.unit, 10)}, t.minutes, t.entries)
		for _, above := range scope.IDsOn(paths[p.unit]) {
			count(sums, sum{"unit totals", above, ""}, t.minutes, t.entries)
			count(sums, sum{"unit months", above, p.month}, t.minutes, t.entries)
		}
	}
	for campaign, people := range c.counts {
		count(sums, sum{"campaign volunteers", campaign, ""}, 0, -people)
	}
	for _, t := range kept {
		x := sum{"unit totals", t.ScopeID, t.Part}
		switch {
		case t.Scope == "campaign":
			x.of = "campaign totals"
			count(sums, sum{"campaign volunteers", t.ScopeID, ""}, 0, t.Volunteers)
		case t.Scope == "campaign_unit":
			x.of = "campaign totals by unit"
		case t.Part != "":
			x.of = "unit months"
		}
		count(sums, x, t.Minutes, t.Entries)
	}
	c.differ(sums, func(sum) bool { return true })
}

// differ takes those figures out, and says which are not what the ledger says.
func (c *check) differ(sums map[sum]tally, which func(sum) bool) {
	wrong := map[sum]tally{}
	maps.DeleteFunc(sums, func(x sum, t tally) bool {
		out := which(x)
		if out && t != (tally{}) {
			wrong[x] = t
		}
		return out
	})
	order := func(x, y sum) int {
		return cmp.Or(cmp.Compare(x.of, y.of), cmp.Compare(x.id, y.id), cmp.Compare(x.part, y.part))
	}
	for _, x := range slices.SortedFunc(maps.Keys(wrong), order) {
		c.say(x.of, "%s: differs from the ledger by %d minutes and %d entries", x, wrong[x].minutes, wrong[x].entries)
	}
}
