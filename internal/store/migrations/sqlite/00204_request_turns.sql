-- +goose Up
CREATE TABLE request_turns (
    stripe INTEGER NOT NULL PRIMARY KEY,
    turns  INTEGER NOT NULL
) STRICT;
