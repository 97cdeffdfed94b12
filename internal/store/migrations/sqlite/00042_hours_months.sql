-- +goose Up
CREATE TABLE volunteer_months (
    person_id INTEGER NOT NULL,
    month     TEXT NOT NULL CHECK (length(month) <= 7),
    minutes   INTEGER NOT NULL,
    entries   INTEGER NOT NULL,
    PRIMARY KEY (person_id, month)
) STRICT;
