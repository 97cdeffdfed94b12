-- +goose Up
CREATE TABLE request_ratings (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id INTEGER NOT NULL,
    rating     INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    comment    TEXT NOT NULL CHECK (length(comment) <= 300),
    rated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_request_ratings_request ON request_ratings (request_id, id);
