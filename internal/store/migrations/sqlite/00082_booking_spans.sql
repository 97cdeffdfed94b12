-- +goose Up
CREATE TABLE provider_spans (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id  INTEGER NOT NULL,
    kind         TEXT NOT NULL CHECK (length(kind) <= 8 AND kind IN ('work', 'break')),
    weekday      INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    start_minute INTEGER NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
    end_minute   INTEGER NOT NULL,
    CHECK (end_minute > start_minute AND end_minute <= start_minute + 1440)
) STRICT;
CREATE INDEX ix_provider_spans ON provider_spans (provider_id, weekday);
