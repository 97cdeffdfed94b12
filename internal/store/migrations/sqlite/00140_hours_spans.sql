-- +goose Up
CREATE TABLE credited_spans (
    entry_id  INTEGER NOT NULL PRIMARY KEY,
    person_id INTEGER NOT NULL,
    from_at   INTEGER NOT NULL,
    to_at     INTEGER NOT NULL,
    assumed   INTEGER NOT NULL,
    old       INTEGER NOT NULL,
    CHECK (to_at > from_at)
) STRICT;
CREATE INDEX ix_credited_spans_person ON credited_spans (person_id, from_at);
