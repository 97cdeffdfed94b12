-- +goose Up
CREATE INDEX ix_hour_proposals_person ON hour_proposals (person_id, id);
