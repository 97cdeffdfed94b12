-- +goose Up
CREATE TABLE guardianships (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    guardian_id INTEGER NOT NULL REFERENCES people (id),
    child_id    INTEGER NOT NULL REFERENCES people (id),
    relation    TEXT NOT NULL CHECK (length(relation) <= 16 AND relation IN ('parent', 'grandparent', 'other')),
    live        INTEGER,
    agreed_at   INTEGER NOT NULL,
    ended_at    INTEGER,
    CHECK (guardian_id <> child_id),
    CHECK ((live IS NULL) = (ended_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX uq_guardianships_live ON guardianships (guardian_id, child_id, live);
CREATE INDEX ix_guardianships_child ON guardianships (child_id, live);
