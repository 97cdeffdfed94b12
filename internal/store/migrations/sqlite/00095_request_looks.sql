-- +goose Up
CREATE TABLE request_looks (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id INTEGER NOT NULL,
    person_id  INTEGER NOT NULL,
    role       TEXT NOT NULL CHECK (length(role) <= 16 AND role IN ('staff', 'worker', 'supervisor')),
    what       TEXT NOT NULL CHECK (length(what) <= 16 AND what IN ('details', 'contact', 'case_notes', 'attachment')),
    day        TEXT CHECK (length(day) <= 10),
    at         INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_request_looks_day ON request_looks (request_id, person_id, what, day);
CREATE INDEX ix_request_looks_request ON request_looks (request_id, id);
CREATE INDEX ix_request_looks_at ON request_looks (at);
