-- +goose Up
ALTER TABLE activities ADD COLUMN search VARCHAR(300) NOT NULL DEFAULT '';
