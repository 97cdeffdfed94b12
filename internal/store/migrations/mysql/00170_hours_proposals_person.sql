-- +goose Up
ALTER TABLE hour_proposals ADD KEY ix_hour_proposals_person (person_id, id);
