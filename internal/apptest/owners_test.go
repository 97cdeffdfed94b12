package apptest

import "testing"

func TestTrespass(t *testing.T) {
	t.Parallel()
	for sql, wants := range map[string]string{
		"SELECT * FROM `hour_entries` JOIN people ON people.id = hour_entries.person_id": "",           // its own, and what it says it reads
		"SELECT * FROM `requests` WHERE id = ?":                                          "requests",   // never said
		"UPDATE `activities` SET state = ?":                                              "activities", // read, and so not written
		"INSERT INTO people (name) VALUES (?)":                                           "people",
		"DELETE FROM signups WHERE id = ?":                                               "signups",
		"INSERT INTO throttles (name) VALUES (?)":                                        "", // the store's, by its own functions
	} {
		if got, _ := trespass("hours", sql); got != wants {
			t.Errorf("%s: %q, want %q", sql, got, wants)
		}
	}
}
