-- +goose Up
CREATE TABLE notices (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id   INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (length(kind) <= 32),
    event       TEXT NOT NULL CHECK (length(event) <= 80),
    title       TEXT NOT NULL CHECK (length(title) <= 40),
    body        TEXT NOT NULL CHECK (length(body) <= 400),
    signup_id   INTEGER,
    activity_id INTEGER,
    request_id  INTEGER,
    read_at     INTEGER,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_notices_event ON notices (person_id, event);
CREATE INDEX ix_notices_unread ON notices (person_id, read_at);
CREATE INDEX ix_notices_person ON notices (person_id, id);
