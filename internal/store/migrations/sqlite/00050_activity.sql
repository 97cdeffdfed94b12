-- +goose Up
CREATE TABLE activities (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    unit_id        INTEGER NOT NULL,
    campaign_id    INTEGER NOT NULL,
    title          TEXT NOT NULL CHECK (length(title) <= 60),
    content        TEXT NOT NULL CHECK (length(content) <= 2000),
    state          TEXT NOT NULL CHECK (length(state) <= 16 AND state IN ('draft', 'published', 'finished', 'cancelled')),
    cancel_reason  TEXT NOT NULL CHECK (length(cancel_reason) <= 200),
    leader_name    TEXT NOT NULL CHECK (length(leader_name) <= 40),
    contact_phone  TEXT NOT NULL CHECK (length(contact_phone) <= 30),
    place_name     TEXT NOT NULL CHECK (length(place_name) <= 80),
    latitude       REAL,
    longitude      REAL,
    fence_metres   INTEGER NOT NULL,
    approval       TEXT NOT NULL CHECK (length(approval) <= 16 AND approval IN ('automatic', 'staff')),
    checkin_mode   TEXT NOT NULL CHECK (length(checkin_mode) <= 16 AND checkin_mode IN ('staff_code', 'volunteer_code')),
    min_age        INTEGER NOT NULL,
    skills         TEXT NOT NULL CHECK (length(skills) <= 200),
    risks          TEXT NOT NULL CHECK (length(risks) <= 1100),
    insured        INTEGER NOT NULL,
    next_starts_at INTEGER,
    created_by     INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_activities_next ON activities (state, next_starts_at, id);
CREATE INDEX ix_activities_campaign ON activities (campaign_id, state, next_starts_at, id);
CREATE INDEX ix_activities_unit ON activities (unit_id, state, id);
CREATE INDEX ix_activities_state ON activities (state, id);
