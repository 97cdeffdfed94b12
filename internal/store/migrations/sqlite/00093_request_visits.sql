-- +goose Up
CREATE TABLE request_visits (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    ref          TEXT NOT NULL CHECK (length(ref) <= 32),
    request_id   INTEGER NOT NULL,
    unit_id      INTEGER NOT NULL,
    worker_id    INTEGER,
    booking_id   INTEGER,
    shift_id     INTEGER,
    under_way    INTEGER,
    started_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    minutes      INTEGER NOT NULL CHECK (minutes >= 0),
    person_times INTEGER NOT NULL CHECK (person_times >= 0),
    place        TEXT NOT NULL CHECK (length(place) <= 80),
    sealed       BLOB NOT NULL,
    CHECK ((under_way IS NULL) = (ended_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX uq_request_visits_under_way ON request_visits (request_id, under_way);
CREATE UNIQUE INDEX uq_request_visits_ref ON request_visits (ref);
CREATE INDEX ix_request_visits_request ON request_visits (request_id, id);
CREATE INDEX ix_request_visits_unit ON request_visits (unit_id, started_at);
