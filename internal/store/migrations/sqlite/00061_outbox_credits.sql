-- +goose Up
CREATE TABLE subscribe_credits (
    person_id  INTEGER NOT NULL,
    template   TEXT    NOT NULL CHECK (length(template) <= 32),
    accepted   INTEGER NOT NULL,
    spent      INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (person_id, template),
    CHECK (spent >= 0)
) STRICT;
