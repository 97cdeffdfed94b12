-- +goose Up
CREATE TABLE hour_entries (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id     INTEGER NOT NULL,
    sequence      INTEGER NOT NULL CHECK (sequence > 0),
    class         TEXT NOT NULL CHECK (length(class) <= 16 AND class IN ('system', 'manual', 'correction')),
    minutes       INTEGER NOT NULL,
    source        TEXT NOT NULL CHECK (length(source) <= 16 AND source IN ('signup', 'proposal')),
    source_id     INTEGER NOT NULL,
    corrects_id   INTEGER,
    activity_id   INTEGER NOT NULL,
    shift_id      INTEGER NOT NULL,
    campaign_id   INTEGER NOT NULL,
    unit_id       INTEGER NOT NULL,
    leader_name   TEXT NOT NULL CHECK (length(leader_name) <= 40),
    starts_at     INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL,
    month         TEXT NOT NULL CHECK (length(month) <= 7),
    reason        TEXT NOT NULL CHECK (length(reason) <= 200),
    recorded_by   INTEGER NOT NULL,
    approved_by   INTEGER,
    created_at    INTEGER NOT NULL,
    previous_hash TEXT NOT NULL CHECK (length(previous_hash) <= 64),
    hash          TEXT NOT NULL CHECK (length(hash) <= 64),
    CHECK (class = 'correction' OR minutes > 0),
    CHECK ((class = 'correction') = (corrects_id IS NOT NULL)),
    CHECK (class = 'system' OR approved_by IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX uq_hour_entries_sequence ON hour_entries (person_id, sequence);
CREATE UNIQUE INDEX uq_hour_entries_source ON hour_entries (source, source_id);
CREATE INDEX ix_hour_entries_campaign ON hour_entries (campaign_id, id);
CREATE INDEX ix_hour_entries_month ON hour_entries (person_id, month, sequence);
CREATE INDEX ix_hour_entries_own_campaign ON hour_entries (person_id, campaign_id, sequence);
CREATE INDEX ix_hour_entries_corrects ON hour_entries (corrects_id);
