-- +goose Up
CREATE TABLE signup_locks (
    person_id INTEGER NOT NULL PRIMARY KEY,
    turns     INTEGER NOT NULL
) STRICT;
