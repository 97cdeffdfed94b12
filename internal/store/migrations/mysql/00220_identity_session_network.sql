-- +goose Up
ALTER TABLE sessions ADD COLUMN network VARCHAR(64) NOT NULL DEFAULT '';
