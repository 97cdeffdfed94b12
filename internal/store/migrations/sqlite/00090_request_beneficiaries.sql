-- +goose Up
CREATE TABLE beneficiaries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id  INTEGER NOT NULL,
    ref        TEXT NOT NULL CHECK (length(ref) <= 32),
    name       TEXT NOT NULL CHECK (length(name) <= 40),
    relation   TEXT NOT NULL CHECK (length(relation) <= 16 AND relation IN ('self', 'parent', 'spouse', 'child', 'grandparent', 'grandchild', 'sibling', 'neighbour', 'other')),
    sex        TEXT NOT NULL CHECK (length(sex) <= 10 AND sex IN ('female', 'male', 'unknown')),
    birth_date TEXT CHECK (length(birth_date) <= 10),
    groups_of  TEXT NOT NULL CHECK (length(groups_of) <= 100),
    unit_id    INTEGER,
    guardian   INTEGER NOT NULL,
    consent    TEXT NOT NULL CHECK (length(consent) <= 100),
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_beneficiaries_ref ON beneficiaries (ref);
CREATE INDEX ix_beneficiaries_person ON beneficiaries (person_id, id);
