-- +goose Up
CREATE TABLE hour_attention (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id   INTEGER NOT NULL,
    unit_id    INTEGER NOT NULL,
    reason     TEXT NOT NULL CHECK (length(reason) <= 24 AND reason IN ('old_overlap', 'granted_by_proposer', 'own_hours', 'daily_cap')),
    other_id   INTEGER,
    needs_look INTEGER NOT NULL,
    note       TEXT NOT NULL CHECK (length(note) <= 200),
    looked_by  INTEGER,
    looked_at  INTEGER,
    created_at INTEGER NOT NULL,
    CHECK ((looked_by IS NULL) = (needs_look = 1))
) STRICT;
CREATE UNIQUE INDEX uq_hour_attention ON hour_attention (entry_id, reason);
CREATE INDEX ix_hour_attention_look ON hour_attention (needs_look, unit_id, id);
