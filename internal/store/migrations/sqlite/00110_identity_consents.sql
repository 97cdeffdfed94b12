-- +goose Up
CREATE TABLE consents (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id    INTEGER NOT NULL REFERENCES people (id),
    kind         TEXT    NOT NULL CHECK (length(kind) <= 20)
        CHECK (kind IN ('privacy', 'sensitive', 'location', 'identity_number', 'leaderboard', 'share')),
    version      TEXT    NOT NULL CHECK (length(version) <= 20),
    given        INTEGER NOT NULL,
    by_person_id INTEGER NOT NULL,
    by_role      TEXT    NOT NULL CHECK (length(by_role) <= 10) CHECK (by_role IN ('self', 'guardian', 'staff')),
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_consents_person ON consents (person_id, kind, at, id);
