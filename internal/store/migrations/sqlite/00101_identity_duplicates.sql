-- +goose Up
CREATE TABLE person_duplicates (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    low_id      INTEGER NOT NULL,
    high_id     INTEGER NOT NULL,
    by_phone    INTEGER NOT NULL,
    by_identity INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (length(state) <= 16 AND state IN ('open', 'merged', 'different')),
    reason      TEXT NOT NULL CHECK (length(reason) <= 200),
    settled_by  INTEGER,
    found_at    INTEGER NOT NULL,
    settled_at  INTEGER,
    CHECK (low_id < high_id),
    CHECK ((settled_by IS NULL) = (state = 'open'))
) STRICT;
CREATE UNIQUE INDEX uq_person_duplicates_pair ON person_duplicates (low_id, high_id);
CREATE INDEX ix_person_duplicates_state ON person_duplicates (state, id);
