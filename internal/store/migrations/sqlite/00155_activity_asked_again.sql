-- +goose Up
ALTER TABLE signups ADD COLUMN asked_again INTEGER NOT NULL DEFAULT 0;
