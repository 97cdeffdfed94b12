-- +goose Up
CREATE TABLE request_former_workers (
    request_id INTEGER NOT NULL,
    person_id  INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (request_id, person_id)
) STRICT;
