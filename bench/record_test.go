package main

import (
	"reflect"
	"testing"

	"yimi/bench/script"
)

// Two runs of one kind of work become one script that fits a third.
func TestCompareFindsWhatTheArgumentsAre(t *testing.T) {
	t.Parallel()
	runs := [2][]seen{
		{{"SELECT * FROM people WHERE id = ? LIMIT ?", []any{int64(7), int64(25)}},
			{"INSERT INTO `idempotency_keys` (person_id, k, nonce) VALUES (?,?,?)", []any{int64(7), "key-a", "x1x1x1"}},
			{"INSERT INTO `signups` (person_id, made) VALUES (?,?) RETURNING `id`", []any{int64(7), int64(1_000_000)}},
			{"INSERT INTO `notices` (event, until) VALUES (?,?)", []any{"signup:50", int64(1_000_900)}},
			{"SELECT 1", nil},
			{"UPDATE `idempotency_keys` SET body = ?", []any{[]byte("abc")}}},
		{{"SELECT * FROM people WHERE id = ? LIMIT ?", []any{int64(9), int64(25)}},
			{"INSERT INTO `idempotency_keys` (person_id, k, nonce) VALUES (?,?,?)", []any{int64(9), "key-b", "y2y2y2"}},
			{"INSERT INTO `signups` (person_id, made) VALUES (?,?) RETURNING `id`", []any{int64(9), int64(2_000_000)}},
			{"INSERT INTO `notices` (event, until) VALUES (?,?)", []any{"signup:61", int64(2_000_900)}},
			{"SELECT 1", nil},
			{"UPDATE `idempotency_keys` SET body = ?", []any{[]byte("abd")}}},
	}
	steps, err := compare(runs, [2]script.Values{
		{"person": "7", "key": "key-a", "created": "50", "now": "1000000"},
		{"person": "9", "key": "key-b", "created": "61", "now": "2000000"},
	}, work{writes: true, creates: "signups"})
	if err != nil {
		t.Fatal(err)
	}
	var txs []int
	for _, s := range steps {
		txs = append(txs, s.Tx)
	}
	if want := []int{0, 1, 1, 1, 0, 2}; !reflect.DeepEqual(txs, want) {
		t.Errorf("transactions %v, not %v", txs, want)
	}
	if !steps[2].Query || steps[2].Creates != "created" {
		t.Errorf("the new row's id is not kept: %+v", steps[2])
	}
	v := script.Values{"person": "3", "key": "key-c", "created": "99", "now": "5000000"}
	for i, want := range [][]any{{int64(3), int64(25)}, {int64(3), "key-c", nil}, {int64(3), int64(5_000_000)}, {"signup:99", int64(5_000_900)}} {
		got, err := steps[i].Fill(v)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			if nonce, ok := got[2].(string); !ok || len(nonce) != 6 {
				t.Errorf("nonce %v", got[2])
			}
			got[2] = nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("step %d: %v, not %v", i, got, want)
		}
	}
}

// Two requests tell nothing where they are alike by chance, or where two things differ in one way.
func TestToldApart(t *testing.T) {
	t.Parallel()
	of := func(sequence, stripe string) script.Values {
		return script.Values{"shift": "2", "sequence": sequence, "stripe": stripe}
	}
	one := of("5", "5")
	for _, c := range []struct {
		what  string
		other script.Values
		want  bool
	}{
		{"only the shift is the same, and it is everybody's", of("6", "14"), true},
		{"the chains are as long", of("5", "14"), false},
		{"the stripes are the chains' lengths", of("6", "6"), false},
	} {
		if got := toldApart(one, c.other, []taken{{values: one}, {values: c.other}, {values: of("7", "13")}}); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

// An argument that nothing explains is said, not guessed.
func TestCompareSaysWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	runs := [2][]seen{{{"SELECT ?", []any{int64(1)}}}, {{"SELECT ?", []any{int64(2)}}}}
	if _, err := compare(runs, [2]script.Values{{"person": "7"}, {"person": "9"}}, work{writes: true}); err == nil {
		t.Error("no error")
	}
}
