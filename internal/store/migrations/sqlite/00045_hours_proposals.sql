-- +goose Up
CREATE TABLE hour_proposals (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    class           TEXT NOT NULL CHECK (length(class) <= 16 AND class IN ('manual', 'correction')),
    state           TEXT NOT NULL CHECK (length(state) <= 16 AND state IN ('pending', 'approved', 'rejected')),
    target_id       INTEGER NOT NULL,
    open_target     INTEGER,
    person_id       INTEGER NOT NULL,
    unit_id         INTEGER NOT NULL,
    activity_id     INTEGER NOT NULL,
    shift_id        INTEGER NOT NULL,
    minutes         INTEGER NOT NULL,
    reason          TEXT NOT NULL CHECK (length(reason) <= 200),
    proposed_by     INTEGER NOT NULL,
    decided_by      INTEGER,
    decision_reason TEXT NOT NULL CHECK (length(decision_reason) <= 200),
    created_at      INTEGER NOT NULL,
    decided_at      INTEGER,
    CHECK (decided_by IS NULL OR decided_by <> proposed_by)
) STRICT;
CREATE UNIQUE INDEX uq_hour_proposals_open ON hour_proposals (class, open_target);
CREATE INDEX ix_hour_proposals_unit ON hour_proposals (state, unit_id, id);
CREATE INDEX ix_hour_proposals_target ON hour_proposals (class, target_id);
