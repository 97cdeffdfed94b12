-- +goose Up
-- Who says that they are related to whom (rule 8). kind is what high is to low.
CREATE TABLE declared_relations (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    low_id      INTEGER NOT NULL REFERENCES people (id),
    high_id     INTEGER NOT NULL REFERENCES people (id),
    kind        TEXT    NOT NULL CHECK (length(kind) <= 16),
    live        INTEGER,
    declared_at INTEGER NOT NULL,
    ended_at    INTEGER,
    CHECK (low_id < high_id),
    CHECK ((live IS NULL) = (ended_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX declared_relations_pair ON declared_relations (low_id, high_id, live);
CREATE INDEX declared_relations_high ON declared_relations (high_id);
