-- +goose Up
CREATE TABLE request_attachments (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id INTEGER NOT NULL,
    position   INTEGER NOT NULL CHECK (position BETWEEN 1 AND 9),
    name       TEXT NOT NULL CHECK (length(name) <= 40),
    kind       TEXT NOT NULL CHECK (length(kind) <= 8 AND kind IN ('jpeg', 'png', 'webp', 'pdf')),
    bytes      INTEGER NOT NULL,
    author_id  INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_request_attachments ON request_attachments (request_id, position);
CREATE UNIQUE INDEX uq_request_attachments_name ON request_attachments (name);
