-- +goose Up
CREATE TABLE request_referrals (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id   INTEGER NOT NULL,
    from_unit_id INTEGER NOT NULL,
    to_unit_id   INTEGER,
    organisation TEXT NOT NULL CHECK (length(organisation) <= 60),
    reason       TEXT NOT NULL CHECK (length(reason) <= 200),
    consent      TEXT NOT NULL CHECK (length(consent) <= 100),
    referred_by  INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    CHECK ((to_unit_id IS NULL) <> (organisation = ''))
) STRICT;
CREATE INDEX ix_request_referrals_request ON request_referrals (request_id, id);
