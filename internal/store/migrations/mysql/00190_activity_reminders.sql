-- +goose Up
ALTER TABLE signups
    ADD COLUMN walk_in BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN reminded BIGINT NOT NULL DEFAULT 0,
    ADD KEY ix_signups_remind (state, reminded, starts_at, id);
