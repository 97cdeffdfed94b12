-- +goose Up
CREATE TABLE request_notes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    ref        TEXT NOT NULL CHECK (length(ref) <= 32),
    request_id INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (length(kind) <= 16 AND kind IN ('staff', 'case', 'message')),
    visit_id   INTEGER,
    author_id  INTEGER NOT NULL,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_request_notes_ref ON request_notes (ref);
CREATE INDEX ix_request_notes_request ON request_notes (request_id, kind, id);
