-- +goose Up
CREATE TABLE hour_disputes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id    INTEGER NOT NULL,
    open_entry  INTEGER,
    person_id   INTEGER NOT NULL,
    unit_id     INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (length(state) <= 16 AND state IN ('open', 'corrected', 'kept')),
    words       TEXT NOT NULL CHECK (length(words) <= 200),
    answer      TEXT NOT NULL CHECK (length(answer) <= 200),
    answered_by INTEGER,
    created_at  INTEGER NOT NULL,
    answered_at INTEGER,
    CHECK ((open_entry IS NOT NULL) = (state = 'open')),
    CHECK (answered_by IS NULL OR answered_by <> person_id)
) STRICT;
CREATE UNIQUE INDEX uq_hour_disputes_open ON hour_disputes (open_entry);
CREATE INDEX ix_hour_disputes_unit ON hour_disputes (state, unit_id, id);
CREATE INDEX ix_hour_disputes_entry ON hour_disputes (entry_id, id);
CREATE INDEX ix_hour_disputes_person ON hour_disputes (person_id, id);
