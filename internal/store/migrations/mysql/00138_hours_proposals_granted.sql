-- +goose Up
ALTER TABLE hour_proposals
    ADD COLUMN granted_by_proposer BOOLEAN NOT NULL DEFAULT 0;
