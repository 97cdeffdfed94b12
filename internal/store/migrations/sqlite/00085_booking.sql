-- +goose Up
CREATE TABLE bookings (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id     INTEGER NOT NULL,
    request_id      INTEGER NOT NULL,
    service_type_id INTEGER NOT NULL,
    unit_id         INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (length(state) <= 16 AND state IN ('held', 'booked', 'done', 'no_show', 'cancelled', 'lapsed')),
    live            INTEGER,
    day             TEXT NOT NULL CHECK (length(day) <= 10),
    starts_at       INTEGER NOT NULL,
    ends_at         INTEGER NOT NULL,
    busy_until      INTEGER NOT NULL,
    hold_expires_at INTEGER,
    reminded        INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    CHECK (ends_at > starts_at AND busy_until >= ends_at),
    CHECK ((live IS NULL) = (state NOT IN ('held', 'booked'))),
    CHECK ((hold_expires_at IS NULL) = (state <> 'held'))
) STRICT;
CREATE UNIQUE INDEX uq_bookings_live ON bookings (request_id, live);
CREATE INDEX ix_bookings_provider ON bookings (provider_id, live, starts_at);
CREATE INDEX ix_bookings_calendar ON bookings (provider_id, starts_at);
CREATE INDEX ix_bookings_holds ON bookings (state, hold_expires_at);
CREATE INDEX ix_bookings_starts ON bookings (live, starts_at);
