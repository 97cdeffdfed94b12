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
    entry_id    INTEGER,
    read_at     INTEGER,
    created_at  INTEGER NOT NULL,
    template    TEXT NOT NULL CHECK (length(template) <= 32),
    words       TEXT NOT NULL,
    send_before INTEGER,
    delivery    TEXT NOT NULL CHECK (length(delivery) <= 16 AND delivery IN ('', 'waiting', 'sending', 'sent', 'in_app', 'uncertain', 'dead')),
    due_at      INTEGER,
    lease       TEXT NOT NULL CHECK (length(lease) <= 32),
    attempts    INTEGER NOT NULL,
    fault       TEXT NOT NULL CHECK (length(fault) <= 64),
    failed_at   INTEGER,
    CHECK ((due_at IS NOT NULL) = (delivery IN ('waiting', 'sending'))),
    CHECK ((failed_at IS NOT NULL) = (delivery IN ('uncertain', 'dead')))
) STRICT;
CREATE UNIQUE INDEX uq_notices_event ON notices (person_id, event);
CREATE INDEX ix_notices_unread ON notices (person_id, read_at);
CREATE INDEX ix_notices_person ON notices (person_id, id);
CREATE INDEX ix_notices_due ON notices (due_at);
CREATE INDEX ix_notices_failed ON notices (failed_at, id);
CREATE INDEX ix_notices_created ON notices (created_at);
