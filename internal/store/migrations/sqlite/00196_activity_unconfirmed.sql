-- +goose Up
CREATE INDEX ix_signups_unconfirmed ON signups (unit_id, state, ends_at, shift_id);
