-- +goose Up
CREATE TABLE shift_hands (
    shift_id  INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    deed      TEXT NOT NULL CHECK (length(deed) <= 8 AND deed IN ('made', 'moved', 'showed', 'scanned', 'undid', 'eased')),
    at        INTEGER NOT NULL,
    PRIMARY KEY (shift_id, person_id, deed)
) STRICT;
