-- +goose Up
CREATE TABLE request_timeline (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id INTEGER NOT NULL,
    action     TEXT NOT NULL CHECK (length(action) <= 20),
    from_state TEXT NOT NULL CHECK (length(from_state) <= 16),
    to_state   TEXT NOT NULL CHECK (length(to_state) <= 16),
    actor_id   INTEGER NOT NULL,
    actor_role TEXT NOT NULL CHECK (length(actor_role) <= 16 AND actor_role IN ('resident', 'staff', 'worker', 'system')),
    said       TEXT NOT NULL CHECK (length(said) <= 300),
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_request_timeline ON request_timeline (request_id, id);
