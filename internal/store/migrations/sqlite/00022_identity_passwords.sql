-- +goose Up
CREATE TABLE password_logins (
    login      TEXT    NOT NULL PRIMARY KEY CHECK (length(login) <= 64),
    person_id  INTEGER NOT NULL REFERENCES people (id),
    hash       TEXT    NOT NULL CHECK (length(hash) <= 200),
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX uq_password_logins_person ON password_logins (person_id);
