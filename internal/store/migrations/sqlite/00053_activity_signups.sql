-- +goose Up
CREATE TABLE signups (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    shift_id         INTEGER NOT NULL,
    person_id        INTEGER NOT NULL,
    unit_id          INTEGER NOT NULL,
    activity_id      INTEGER NOT NULL,
    starts_at        INTEGER NOT NULL,
    ends_at          INTEGER NOT NULL,
    state            TEXT NOT NULL CHECK (length(state) <= 16 AND state IN ('pending', 'waitlisted', 'offered', 'confirmed', 'attended', 'absent', 'rejected', 'cancelled', 'lapsed')),
    live             INTEGER,
    reason           TEXT NOT NULL CHECK (length(reason) <= 200),
    offer_expires_at INTEGER,
    created_at       INTEGER NOT NULL,
    CHECK ((live IS NULL) = (state IN ('rejected', 'cancelled', 'lapsed')))
) STRICT;
CREATE UNIQUE INDEX uq_signups_live ON signups (shift_id, person_id, live);
CREATE INDEX ix_signups_shift ON signups (shift_id, state, id);
CREATE INDEX ix_signups_person ON signups (person_id, live, starts_at);
CREATE INDEX ix_signups_person_ends ON signups (person_id, ends_at, id);
CREATE INDEX ix_signups_unit ON signups (unit_id, state, id);
CREATE INDEX ix_signups_offers ON signups (state, offer_expires_at);
