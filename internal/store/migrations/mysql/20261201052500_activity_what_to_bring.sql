-- +goose Up
ALTER TABLE activities ADD COLUMN what_to_bring VARCHAR(200) NOT NULL DEFAULT '';
