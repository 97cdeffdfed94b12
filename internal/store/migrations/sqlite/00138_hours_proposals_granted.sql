-- +goose Up
ALTER TABLE hour_proposals ADD COLUMN granted_by_proposer INTEGER NOT NULL DEFAULT 0;
