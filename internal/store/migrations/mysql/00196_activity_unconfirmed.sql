-- +goose Up
ALTER TABLE signups ADD KEY ix_signups_unconfirmed (unit_id, state, ends_at, shift_id);
