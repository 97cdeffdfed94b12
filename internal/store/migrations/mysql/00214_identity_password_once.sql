-- +goose Up
-- How often a password still signs in: 0 any number of times, 1 once, 2 no more.
ALTER TABLE password_logins ADD COLUMN once BIGINT NOT NULL DEFAULT 0;
